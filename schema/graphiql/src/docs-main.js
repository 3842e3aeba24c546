// Entry of the bundled REST page.
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import 'swagger-ui-dist/swagger-ui.css';
import './docs.css';
import { showDocs } from './docs.js';

showDocs(SwaggerUI);

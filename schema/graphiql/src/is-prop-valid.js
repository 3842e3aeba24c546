// Stands in for a library that GraphiQL's animations would use if it were there (CDN page only).
export default undefined;

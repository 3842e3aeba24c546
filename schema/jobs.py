"""Jobs in GraphQL."""

import strawberry

from models.job import JOB
from resolvers import jobs
from schema.connection import root_connection
from schema.mutations import action, deletion
from schema.nodes import expose, singular

Job, JobConnection, JobPayload = expose(JOB)

QUERIES = {
    "jobs": root_connection(JOB, jobs.list_jobs),
    "job": singular(JOB, jobs.get_job),
}
MUTATIONS = {
    "retry_job": action(JOB, jobs.retry_job, id=(strawberry.ID, "The job to do again.")),
    "drop_job": deletion(JOB, jobs.drop_job),
}

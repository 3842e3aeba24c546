"""Messages in GraphQL."""

import strawberry

from models.message import MESSAGE
from resolvers import messages
from resolvers.messages import NewMessage
from schema.connection import root_connection
from schema.live.fields import event_type, of_one
from schema.mutations import action, creation_under
from schema.nodes import expose, singular

Message, MessageConnection, MessagePayload = expose(MESSAGE)

MessageEvent = event_type(MESSAGE)

QUERIES = {
    "messages": root_connection(MESSAGE, messages.list_messages),
    "message": singular(MESSAGE, messages.get_message),
}
SUBSCRIPTIONS = {
    "message_added": of_one(MESSAGE, "conversation_id", "conversation_id", "created", said="Messages of one conversation, as they come."),
}
MUTATIONS = {
    "send_message": creation_under(
        MESSAGE, messages.send_message, NewMessage, name="SendMessageInput", parent=("conversation_id", "The conversation to say it in.")
    ),
    "mark_message_read": action(MESSAGE, messages.mark_read, id=(strawberry.ID, "The message that was read.")),
    "react_to_message": action(
        MESSAGE,
        messages.react,
        id=(strawberry.ID, "The message to react to."),
        emoji=(str | None, "The caller's reaction; the same again, or null, takes it away."),
    ),
}

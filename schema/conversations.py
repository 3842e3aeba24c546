"""Conversations in GraphQL."""

import strawberry

from models.conversation import CONVERSATION
from resolvers import conversations
from resolvers.conversations import ConversationPatch, NewConversation
from schema.connection import root_connection
from schema.live.fields import event_type, of_many, of_one
from schema.mutations import action, change, creation
from schema.nodes import expose, singular

Conversation, ConversationConnection, ConversationPayload = expose(CONVERSATION)

ConversationEvent = event_type(CONVERSATION)

QUERIES = {
    "conversations": root_connection(CONVERSATION, conversations.list_conversations),
    "conversation": singular(CONVERSATION, conversations.get_conversation),
}
SUBSCRIPTIONS = {
    "conversation_updated": of_one(
        CONVERSATION, "id", "id", said="What happens to one conversation; its messages are told by messageAdded."
    ),
    "conversations_changed": of_many(CONVERSATION, "Conversations that are started, changed, ended or archived."),
}
MUTATIONS = {
    "create_conversation": creation(CONVERSATION, conversations.create_conversation, NewConversation),
    "update_conversation": change(CONVERSATION, conversations.update_conversation, ConversationPatch),
    "end_conversation": action(CONVERSATION, conversations.end_conversation, id=(strawberry.ID, "The conversation to end.")),
    "archive_conversation": action(CONVERSATION, conversations.archive_conversation, id=(strawberry.ID, "The conversation to put away.")),
}

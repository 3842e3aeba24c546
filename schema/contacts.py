"""Contacts in GraphQL."""

from models.contact import CONTACT
from resolvers import contacts
from resolvers.contacts import ContactPatch, NewContact
from schema.connection import root_connection
from schema.live.fields import event_type, of_many
from schema.mutations import change, creation, deletion
from schema.nodes import expose, singular

Contact, ContactConnection, ContactPayload = expose(CONTACT)

ContactEvent = event_type(CONTACT)

QUERIES = {
    "contacts": root_connection(CONTACT, contacts.list_contacts),
    "contact": singular(CONTACT, contacts.get_contact),
}
SUBSCRIPTIONS = {"contact_changed": of_many(CONTACT, "Contacts that are created, changed or deleted.")}
MUTATIONS = {
    "create_contact": creation(CONTACT, contacts.create_contact, NewContact),
    "update_contact": change(CONTACT, contacts.update_contact, ContactPatch),
    "delete_contact": deletion(CONTACT, contacts.delete_contact),
}

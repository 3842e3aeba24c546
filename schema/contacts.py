"""Contacts in GraphQL."""

from models.contact import CONTACT
from resolvers import contacts
from resolvers.contacts import ContactPatch, NewContact
from schema.connection import root_connection
from schema.mutations import change, creation, deletion
from schema.nodes import expose, singular

Contact, ContactConnection, ContactPayload = expose(CONTACT)

QUERIES = {
    "contacts": root_connection(CONTACT, contacts.list_contacts),
    "contact": singular(CONTACT, contacts.get_contact),
}
MUTATIONS = {
    "create_contact": creation(CONTACT, contacts.create_contact, NewContact),
    "update_contact": change(CONTACT, contacts.update_contact, ContactPatch),
    "delete_contact": deletion(CONTACT, contacts.delete_contact),
}

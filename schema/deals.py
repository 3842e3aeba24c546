"""Deals in GraphQL."""

from models.deal import DEAL
from resolvers import deals
from resolvers.deals import DealPatch, NewDeal
from schema.connection import root_connection
from schema.live.fields import event_type, of_many
from schema.mutations import change, creation, deletion
from schema.nodes import expose, singular

Deal, DealConnection, DealPayload = expose(DEAL)

DealEvent = event_type(DEAL)

QUERIES = {
    "deals": root_connection(DEAL, deals.list_deals),
    "deal": singular(DEAL, deals.get_deal),
}
SUBSCRIPTIONS = {"deal_changed": of_many(DEAL, "Deals that are created, changed, moved to another stage or deleted.")}
MUTATIONS = {
    "create_deal": creation(DEAL, deals.create_deal, NewDeal),
    "update_deal": change(DEAL, deals.update_deal, DealPatch),
    "delete_deal": deletion(DEAL, deals.delete_deal),
}

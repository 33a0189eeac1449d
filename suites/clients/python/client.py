"""What a program in Python does with the API, by gql and graphql-core: `client.py visit|hear URL`. It prints JSON."""

import asyncio
import json
import sys

from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from graphql import GraphQLSchema

PAGE = gql(
    """
    query Page($first: Int, $after: String, $last: Int, $before: String) {
      models(first: $first, after: $after, last: $last, before: $before) {
        edges { cursor node { id name createdAt } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
    """
)

CREATE = gql(
    """
    mutation Create($input: CreateModelInput!) {
      createModel(input: $input) { id name }
    }
    """
)

HEAR = gql(
    """
    subscription Hear {
      recordChanged(types: [MODEL]) {
        action
        record { ... on Model { name } }
      }
    }
    """
)


async def forwards(session):
    names, after = [], None
    while True:
        answer = await session.execute(GraphQLRequest(PAGE, variable_values={"first": 3, "after": after}))
        page = answer["models"]
        names += [edge["node"]["name"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return names
        after = page["pageInfo"]["endCursor"]


async def backwards(session):
    names, before = [], None
    while True:
        answer = await session.execute(GraphQLRequest(PAGE, variable_values={"last": 3, "before": before}))
        page = answer["models"]
        names = [edge["node"]["name"] for edge in page["edges"]] + names
        if not page["pageInfo"]["hasPreviousPage"]:
            return names
        before = page["pageInfo"]["startCursor"]


async def create(session, **given):
    answer = await session.execute(GraphQLRequest(CREATE, variable_values={"input": given}))
    return answer["createModel"]["id"]


async def code_of(refused):
    try:
        await refused
    except TransportQueryError as error:
        return error.errors[0]["extensions"]["code"]
    return None


async def visit(url):
    # The documents are checked against the schema that the server tells.
    client = Client(transport=AIOHTTPTransport(url=f"{url}/graphql"), fetch_schema_from_transport=True)
    async with client as session:
        seen = {"forwards": await forwards(session), "backwards": await backwards(session)}
        seen["ids"] = [await create(session, name="made", idempotencyKey="once") for _ in range(2)]
        seen["code"] = await code_of(create(session, name="made"))
        assert isinstance(client.schema, GraphQLSchema)
        seen["types"] = sorted(name for name in client.schema.type_map if not name.startswith("__"))
    return seen


async def hear(url):
    transport = WebsocketsTransport(url=f"{url.replace('http', 'ws', 1)}/graphql")
    async with Client(transport=transport) as session:
        async for answer in session.subscribe(HEAR):
            return answer["recordChanged"]


task, address = sys.argv[1:]
print(json.dumps(asyncio.run({"visit": visit, "hear": hear}[task](address))))

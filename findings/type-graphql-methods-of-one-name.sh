#!/bin/bash
# Two fields of one type are answered by one resolver, without a word, if the methods behind them have the same name: a
# function that makes a resolver class for each list of a type meets it. type-graphql finds the class of a field of an
# object type by the name of the method, and takes the first that fits; the `name` option, by which the schema calls the
# field, does not count.
#
# Seen with type-graphql 2.0.0-rc.4 and graphql 16.15.0: `films` answers with books; with methods called as their fields it
# answers with films. The schema is built without a complaint in both cases. Exits non-zero if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --save-exact type-graphql@2.0.0-rc.4 graphql@16.15.0 graphql-scalars@1.26.0 reflect-metadata@0.2.2

cat >lists.cjs <<'JS'
require("reflect-metadata");
const { graphql } = require("graphql");
const { buildSchemaSync, Field, FieldResolver, ObjectType, Query, Resolver } = require("type-graphql");

const decorate = (decorator, { prototype }, method) =>
  decorator(prototype, method, Object.getOwnPropertyDescriptor(prototype, method));

class Shelf {}
Field(() => String)(Shelf.prototype, "name");
ObjectType()(Shelf);

class ShelfResolver {
  shelf() {
    return { name: "a" };
  }
}
decorate(Query(() => Shelf), ShelfResolver, "shelf");
Resolver(() => Shelf)(ShelfResolver);

function listOn(field, method) {
  class ListResolver {
    [method]() {
      return field;
    }
  }
  decorate(FieldResolver(() => String, { name: field }), ListResolver, method);
  Resolver(() => Shelf)(ListResolver);
  return ListResolver;
}

const [books, films] = process.argv.slice(2);
const resolvers = [ShelfResolver, listOn("books", books), listOn("films", films)];
const schema = buildSchemaSync({ resolvers, validate: false });
graphql({ schema, source: "{ shelf { films } }" }).then(({ data, errors }) => console.log(errors ?? data.shelf.films));
JS

same=$(node lists.cjs list list)
own=$(node lists.cjs books films)
echo "methods of one name: films are $same; of their own names: films are $own"
[ "$same" = books ] && [ "$own" = films ]

package main

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/Khan/genqlient/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

const introspection = `query Introspect {
  __schema {
    types {
      kind
      name
      fields { name args { ...Given } type { ...Reference } }
      inputFields { ...Given }
      enumValues { name }
      interfaces { name }
      possibleTypes { name }
    }
  }
}
fragment Given on __InputValue { name defaultValue type { ...Reference } }
fragment Reference on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`

type reference struct {
	Kind   string
	Name   string
	OfType *reference
}

type named struct{ Name string }

type given struct {
	Name         string
	DefaultValue *string
	Type         reference
}

type described struct {
	Kind   string
	Name   string
	Fields []struct {
		Name string
		Args []given
		Type reference
	}
	InputFields   []given
	EnumValues    []named
	Interfaces    []named
	PossibleTypes []named
}

func (t reference) String() string {
	switch t.Kind {
	case "NON_NULL":
		return t.OfType.String() + "!"
	case "LIST":
		return "[" + t.OfType.String() + "]"
	default:
		return t.Name
	}
}

func (g given) String() string {
	if g.DefaultValue == nil {
		return fmt.Sprintf("%s: %s", g.Name, g.Type)
	}
	return fmt.Sprintf("%s: %s = %s", g.Name, g.Type, *g.DefaultValue)
}

func joined[T any](values []T, separator string, text func(T) string) string {
	var texts []string
	for _, value := range values {
		texts = append(texts, text(value))
	}
	return strings.Join(texts, separator)
}

func (t described) String() string {
	name := func(n named) string { return n.Name }
	input := func(g given) string { return g.String() }
	switch t.Kind {
	case "SCALAR":
		return "scalar " + t.Name
	case "ENUM":
		return fmt.Sprintf("enum %s { %s }", t.Name, joined(t.EnumValues, " ", name))
	case "UNION":
		return fmt.Sprintf("union %s = %s", t.Name, joined(t.PossibleTypes, " | ", name))
	case "INPUT_OBJECT":
		return fmt.Sprintf("input %s { %s }", t.Name, joined(t.InputFields, "\n", input))
	}
	text := map[string]string{"OBJECT": "type ", "INTERFACE": "interface "}[t.Kind] + t.Name
	if len(t.Interfaces) > 0 {
		text += " implements " + joined(t.Interfaces, " & ", name)
	}
	text += " {\n"
	for _, field := range t.Fields {
		text += field.Name
		if len(field.Args) > 0 {
			text += "(" + joined(field.Args, ", ", input) + ")"
		}
		text += ": " + field.Type.String() + "\n"
	}
	return text + "}"
}

// introspect builds the schema that the server tells of, which is refused where it is none, and names its types.
func introspect(ctx context.Context, client graphql.Client) ([]string, error) {
	var answer struct {
		Schema struct{ Types []described } `json:"__schema"`
	}
	request := &graphql.Request{Query: introspection, OpName: "Introspect"}
	if err := client.MakeRequest(ctx, request, &graphql.Response{Data: &answer}); err != nil {
		return nil, err
	}
	builtIn := map[string]bool{"Int": true, "Float": true, "String": true, "Boolean": true, "ID": true}
	var text []string
	for _, each := range answer.Schema.Types {
		if !strings.HasPrefix(each.Name, "__") && !builtIn[each.Name] {
			text = append(text, each.String())
		}
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "introspection", Input: strings.Join(text, "\n")})
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range schema.Types {
		if !strings.HasPrefix(name, "__") {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names, nil
}

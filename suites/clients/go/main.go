// What a program in Go does with the API, by genqlient: `client visit|hear URL`. It prints JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"

	"github.com/Khan/genqlient/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

type seen struct {
	Types     []string `json:"types"`
	Forwards  []string `json:"forwards"`
	Backwards []string `json:"backwards"`
	Ids       []string `json:"ids"`
	Code      string   `json:"code"`
}

func forwards(ctx context.Context, client graphql.Client) ([]string, error) {
	var names []string
	for three, after := 3, (*string)(nil); ; {
		page, err := Page(ctx, client, &three, after, nil, nil)
		if err != nil {
			return nil, err
		}
		for _, model := range page.Models.Nodes {
			names = append(names, model.Name)
		}
		if !page.Models.PageInfo.HasNextPage {
			return names, nil
		}
		after = page.Models.PageInfo.EndCursor
	}
}

func backwards(ctx context.Context, client graphql.Client) ([]string, error) {
	var names []string
	for three, before := 3, (*string)(nil); ; {
		page, err := Page(ctx, client, nil, nil, &three, before)
		if err != nil {
			return nil, err
		}
		var earlier []string
		for _, model := range page.Models.Nodes {
			earlier = append(earlier, model.Name)
		}
		names = append(earlier, names...)
		if !page.Models.PageInfo.HasPreviousPage {
			return names, nil
		}
		before = page.Models.PageInfo.StartCursor
	}
}

func create(ctx context.Context, client graphql.Client, name string, key *string) (string, error) {
	made, err := Create(ctx, client, CreateModelInput{Name: &name, IdempotencyKey: key})
	if err != nil {
		return "", err
	}
	return made.CreateModel.Id, nil
}

func codeOf(err error) string {
	var list gqlerror.List
	if !errors.As(err, &list) {
		return ""
	}
	code, _ := list[0].Extensions["code"].(string)
	return code
}

func visit(ctx context.Context, url string) (any, error) {
	return look(ctx, graphql.NewClient(url+"/graphql", http.DefaultClient))
}

func look(ctx context.Context, client graphql.Client) (visited seen, err error) {
	if visited.Types, err = introspect(ctx, client); err != nil {
		return
	}
	if visited.Forwards, err = forwards(ctx, client); err != nil {
		return
	}
	if visited.Backwards, err = backwards(ctx, client); err != nil {
		return
	}
	for key := "once"; len(visited.Ids) < 2; {
		id, err := create(ctx, client, "made", &key)
		if err != nil {
			return visited, err
		}
		visited.Ids = append(visited.Ids, id)
	}
	_, refused := create(ctx, client, "made", nil)
	visited.Code = codeOf(refused)
	return
}

func main() {
	tasks := map[string]func(context.Context, string) (any, error){"visit": visit, "hear": hear}
	told, err := tasks[os.Args[1]](context.Background(), os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		log.Fatal(err)
	}
}

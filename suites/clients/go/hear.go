package main

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/Khan/genqlient/graphql"
	"github.com/gorilla/websocket"
)

type dialer struct{ *websocket.Dialer }

func (d dialer) DialContext(ctx context.Context, url string, header http.Header) (graphql.WSConn, error) {
	connection, _, err := d.Dialer.DialContext(ctx, url, header)
	return connection, err
}

// hear waits for the first change of a model.
func hear(ctx context.Context, url string) (any, error) {
	address := strings.Replace(url, "http", "ws", 1) + "/graphql"
	client := graphql.NewClientUsingWebSocket(address, dialer{websocket.DefaultDialer})
	failed, err := client.Start(ctx)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	heard, _, err := Hear(ctx, client)
	if err != nil {
		return nil, err
	}
	select {
	case answer, more := <-heard:
		if !more {
			return nil, errors.New("the subscription ended")
		}
		if answer.Errors != nil {
			return nil, answer.Errors
		}
		return &answer.Data.RecordChanged, nil
	case err := <-failed:
		return nil, err
	}
}

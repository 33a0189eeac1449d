import { type Client, createClient } from "graphql-ws";
import { WebSocket } from "ws";
import type { Rocas } from "./open-rocas.js";

/** A client over WebSocket, as browsers have it. It is closed with the last subscription. */
export const socketOf = ({ url }: Rocas): Client =>
  createClient({ url: `${url.replace(/^http/, "ws")}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });

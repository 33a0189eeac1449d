// Counts the commands that this process sends to its store, and answers any message of its parent with their number.
// The driver's own heartbeats are not among them.
import mongoose from "mongoose";

const { MongoClient } = mongoose.mongo;
const { connect } = MongoClient.prototype;
let commands = 0;

MongoClient.prototype.connect = function connectCounted() {
  if (!this.monitorCommands) {
    this.monitorCommands = true;
    this.on("commandStarted", () => (commands += 1));
  }
  return connect.call(this);
};
process.on("message", () => process.send(commands));
// Workers of the process load this file too, without a channel. It does not keep the process running.
process.channel?.unref();

import { expect, test } from "vitest";
import { desiredRevision, type RevisionState } from "../src/deployment/desired-state.js";

const revision = (number: number, state: Partial<RevisionState> = {}): RevisionState => ({
  number,
  slots: 2,
  ready: 0,
  complete: false,
  ...state,
});
const serving = (number: number) => revision(number, { ready: 2, complete: true });

test("the wanted revision has the wanted replicas", () => {
  expect(desiredRevision(2, { revision: 2, replicas: 3 }, [serving(1), revision(2)])).toMatchObject({
    replicas: 3,
    stays: true,
  });
});

test("the one that serves stays as it is until the wanted one is complete", () => {
  const wish = { revision: 2, replicas: 2 };
  expect(desiredRevision(1, wish, [serving(1), revision(2, { ready: 1 })])).toMatchObject({ replicas: 2, stays: true });
  expect(desiredRevision(1, wish, [serving(1), serving(2)])).toMatchObject({ replicas: 0, stays: false });
});

test("an unfinished revision between the one that serves and the wanted one goes", () => {
  const all = [serving(1), revision(2, { ready: 1 }), revision(3)];
  expect(desiredRevision(2, { revision: 3, replicas: 2 }, all)).toMatchObject({ replicas: 0, stays: false });
  expect(desiredRevision(1, { revision: 3, replicas: 2 }, all)).toMatchObject({ replicas: 2, stays: true });
});

test("one that retires already does not count as the one that serves", () => {
  const all = [{ ...serving(1), slots: 0 }, serving(2), revision(3)];
  expect(desiredRevision(1, { revision: 3, replicas: 2 }, all)).toMatchObject({ replicas: 0, stays: false });
  expect(desiredRevision(2, { revision: 3, replicas: 2 }, all)).toMatchObject({ replicas: 2, stays: true });
});

test("one whose replicas have just died is restarted while it serves", () => {
  const all = [revision(1, { complete: true }), revision(2)];
  expect(desiredRevision(1, { revision: 2, replicas: 2 }, all)).toMatchObject({ replicas: 2, stays: true });
});

test("one that never answered goes at once", () => {
  expect(desiredRevision(1, { revision: 2, replicas: 2 }, [revision(1), revision(2)])).toMatchObject({
    replicas: 0,
    stays: false,
  });
});

test("without replicas wanted everything goes, and the wanted revision stays for later", () => {
  const all = [serving(1), serving(2)];
  expect(desiredRevision(1, { revision: 2, replicas: 0 }, all)).toMatchObject({ replicas: 0, stays: false });
  expect(desiredRevision(2, { revision: 2, replicas: 0 }, all)).toMatchObject({ replicas: 0, stays: true });
});

test("a deployment that goes ends all its revisions without draining them", () => {
  expect(desiredRevision(1, null, [serving(1)])).toEqual({ replicas: 0, stays: false, drains: false });
});

// node ask.js [url] document
const [document, url = "http://127.0.0.1:4002/graphql"] = process.argv.slice(2).reverse();
const response = await fetch(url, {
  method: "POST",
  headers: { "content-type": "application/json", authorization: `Bearer ${process.env.ROCAS_TOKEN}` },
  body: JSON.stringify({ query: document }),
});
console.log(JSON.stringify(await response.json(), null, 2));

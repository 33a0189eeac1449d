import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import { createRoot } from "react-dom/client";
import "./page.css";
import { Page } from "./page.js";

createRoot(document.getElementById("root")!).render(<Page />);

// The questions of a lesson, each with its answers: what is right was computed when the page was made.
import { find, findAll, make, write } from "../shared/dom.ts";

export interface Check {
  key: string;
  question: string; // what stands between two ** is bold
  answers: { text: string; because: string }[];
  right: number;
}

/** Ask the questions in a place; `onAnswer` is told after each answer, and the result says which have been given. */
export function ask(place: HTMLElement, checks: readonly Check[], onAnswer: () => void): ReadonlySet<string> {
  const given = new Set<string>();
  for (const { key, question, answers, right } of checks) {
    const box = make("fieldset", place, "check");
    box.dataset.check = key;
    const legend = make("legend", box);
    question.split("**").forEach((part, i) => {
      make(i % 2 ? "strong" : "span", legend, "", part);
    });
    answers.forEach(({ text, because }, i) => {
      const row = make("label", box);
      const input = make("input", row);
      input.type = "radio";
      input.name = `check-${key}`;
      make("span", row, "", text);
      input.onchange = () => {
        box.dataset.result = i === right ? "right" : "wrong";
        write(find(box, ".why"), `${i === right ? "Right." : "Not quite."} ${because}`);
        given.add(key);
        onAnswer();
      };
    });
    make("p", box, "why").setAttribute("role", "status");
  }
  return given;
}

/** How many of the questions in a place are answered rightly. */
export const rightly = (place: ParentNode): number => findAll(place, '.check[data-result="right"]').length;

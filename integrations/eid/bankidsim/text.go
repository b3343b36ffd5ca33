package bankidsim

import "strings"

// block is a piece of the text as the app shows it.
type block struct {
	Kind  string // "h2", "h3", "li", "hr", "p" or "pre"
	Spans []span
}

type span struct {
	Bold bool
	Text string
}

// blocks reads the part of BankID's simpleMarkdownV1 that relying parties use: headings, list items, rules, paragraphs and
// bold. A plain text is one block that keeps its line breaks.
func blocks(text string, markdown bool) []block {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	if !markdown {
		if text == "" {
			return nil
		}
		return []block{{"pre", []span{{Text: text}}}}
	}
	var out []block
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case line == "---" || line == "***" || line == "___":
			out = append(out, block{Kind: "hr"})
		case strings.HasPrefix(line, "# "):
			out = append(out, block{"h2", spans(line[2:])})
		case strings.HasPrefix(line, "## "), strings.HasPrefix(line, "### "):
			out = append(out, block{"h3", spans(strings.TrimLeft(line, "# "))})
		case strings.HasPrefix(line, "- "), strings.HasPrefix(line, "* "), strings.HasPrefix(line, "+ "):
			out = append(out, block{"li", spans(line[2:])})
		default:
			out = append(out, block{"p", spans(line)})
		}
	}
	return out
}

// spans tells bold from the rest: every second piece between "**" is bold, if the marks are paired.
func spans(line string) []span {
	parts := strings.Split(line, "**")
	if len(parts)%2 == 0 {
		return []span{{Text: line}}
	}
	var out []span
	for i, p := range parts {
		if p != "" {
			out = append(out, span{Bold: i%2 == 1, Text: p})
		}
	}
	return out
}

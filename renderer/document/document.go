// Package document fills document templates (receipts, decisions, letters) with a case's data.
//
// A template is Markdown with tags in double braces:
//
//	Hej {{applicant.name}}!                     a value; unknown names are refused, never empty
//	{{#if decision.reasons}} … {{else}} … {{/if}}   a part that is there when the value is (see below)
//	{{#each journeys}}- {{day}} kl. {{time}}{{/each}}  a part for each of a list's items
//
// Names are words of letters, digits, "_" and "-" joined by dots, looked up in maps with string keys. Within #each a
// name is looked up in the item first, then outwards; {{this}} is the item itself and {{number}} its number from 1. The
// value of #if is true unless it is absent, nil, false, zero, an empty text or an empty list or map. A tag that
// opens or closes a part and stands alone on a line takes the line with it, so that no blank line is left. "\{{" is a literal "{{".
//
// There are no expressions, no functions and no partials: what a document says is decided by the form, not here.
//
// Values are text, never markup: every character of a value that Markdown could read as markup is escaped, and a line
// break in a value is a line break in the document. [Markdown] marks a value that is itself Markdown, written by an
// officer, which is set as its own blocks.
package document

import (
	"fmt"
	"slices"
	"strings"
)

// Template is a parsed template. It is immutable and safe for concurrent use.
type Template struct {
	name  string
	parts []part
}

// Error is a mistake in a template, or data that does not fit it. Its text holds names and places, never values.
type Error struct {
	Name         string // of the template
	Line, Column int    // from 1; columns count characters
	Problem      string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Column, e.Problem)
}

// Markdown is a value that is Markdown already: the reasons an officer wrote in the decision editor. It may stand only
// in a tag alone on its line, so that its blocks cannot run into the template's. It is safe by what the renderer
// allows (no HTML, no images, safe links), not by escaping.
type Markdown string

// part is a piece of a template.
type part interface{ at() place }

type place struct{ line, column int }

func (p place) at() place { return p }

type text struct {
	place
	s string
}

type value struct {
	place
	path  []string
	alone bool // on its line
}

type conditional struct {
	place
	path      []string
	then, els []part
}

type loop struct {
	place
	path []string
	body []part
}

// Placeholder is a name that a template uses.
type Placeholder struct {
	Name         string   // as written, for example "pupil.name"
	Within       []string // the lists whose items it may belong to, outermost first
	Use          Use
	Line, Column int
}

// Use is what a placeholder is used for.
type Use uint8

// The uses.
const (
	Value Use = iota
	Condition
	List
)

// Placeholders lists the names a template uses, in order, so that lint can compare them with what a form has. The names
// that #each makes itself (this, number) are left out.
func (t *Template) Placeholders() []Placeholder {
	var out []Placeholder
	var walk func(parts []part, within []string)
	add := func(pl place, path []string, use Use, within []string) {
		if len(within) > 0 && (path[0] == "this" || path[0] == "number" && len(path) == 1) {
			return
		}
		out = append(out, Placeholder{Name: strings.Join(path, "."), Within: slices.Clone(within), Use: use, Line: pl.line, Column: pl.column})
	}
	walk = func(parts []part, within []string) {
		for _, p := range parts {
			switch p := p.(type) {
			case *value:
				add(p.place, p.path, Value, within)
			case *conditional:
				add(p.place, p.path, Condition, within)
				walk(p.then, within)
				walk(p.els, within)
			case *loop:
				add(p.place, p.path, List, within)
				walk(p.body, append(slices.Clone(within), strings.Join(p.path, ".")))
			}
		}
	}
	walk(t.parts, nil)
	return out
}

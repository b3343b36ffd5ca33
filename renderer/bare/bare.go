// Package bare shows any JSON Schema as one page and reads the page when it is posted, without a definition around it: samtjanst form
// render and form decode, by which anybody can try what the engine makes of a schema.
//
// Whatever the schema, one of two things happens: the page has controls for it that a person can use, or it is refused with the reason.
// Nothing is read but what is given; a reference out of the schema is refused.
package bare

import (
	"errors"
	"fmt"
	"html"
	"net/url"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
	"samtjanst/forms/schema"
	"samtjanst/renderer"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// Bounds of a posted page.
const (
	MaxBody   = 10 << 20 // bytes
	MaxValues = 10_000   // as many as net/url reads
)

// Page is a schema with the answers that stand in it.
type Page struct {
	graph *journey.Graph
	view  *forms.View
}

// Refused is why a schema has no page: one line a reason, with file, line and column.
type Refused struct{ Diagnostics []forms.Diagnostic }

func (r *Refused) Error() string {
	lines := make([]string, len(r.Diagnostics))
	for i, d := range r.Diagnostics {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

// Open makes the page of the text of a schema, a layout or nil, and stored answers as JSON or nil, on a Swedish day (YYYY-MM-DD). A schema that is
// refused gives *Refused.
func Open(text, layout, stored []byte, today string) (*Page, error) {
	var value any
	object := true
	if stored != nil {
		var err error
		if value, err = forms.ParseValue(stored); err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		_, object = value.(map[string]any)
	}
	form, diags := forms.Bare(text, layout, object)
	if len(diags) > 0 {
		return nil, &Refused{diags}
	}
	graph, err := journey.New(form)
	if err != nil {
		var mistake *schema.Mistake
		if errors.As(err, &mistake) {
			return nil, &Refused{[]forms.Diagnostic{forms.DiagnoseSchema(text, mistake.At, mistake.Mend, "%s", mistake.What)}}
		}
		return nil, &Refused{[]forms.Diagnostic{{File: forms.LayoutFile, What: cause(err)}}}
	}
	scope := forms.Scope{Actor: map[string]any{"role": journey.Applicant}, Today: today}
	switch {
	case stored == nil:
		scope.Answers = graph.Defaults()
	case form.Enveloped:
		scope.Answers = map[string]any{forms.Envelope: value}
	case object:
		scope.Answers = value.(map[string]any)
	default:
		return nil, errors.New("data: with a layout the answers are an object")
	}
	view, err := graph.Run(scope)
	if err != nil {
		return nil, err
	}
	return &Page{graph, view}, nil
}

// cause is what the compiler of the schema says, without the operations it passed.
func cause(err error) string {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err.Error()
}

// HTML writes the page as a whole document. Problems, when there are any, stand at their fields and in the summary above.
func (p *Page) HTML(r *renderer.Renderer, l *i18n.Locale, css string) ([]byte, error) {
	page, ok := r.Form(p.view.Form).Page(forms.BarePage, l.Lang)
	if !ok {
		return nil, errors.New("the form has no page")
	}
	var b strings.Builder
	title := html.EscapeString(page.Title())
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%s</title>\n",
		l.Lang, title)
	if css != "" {
		b.WriteString("<style>" + strings.ReplaceAll(css, "</", `<\/`) + "</style>\n")
	}
	b.WriteString("</head>\n<body class=\"st-citizen\">\n<div class=\"st-wrap st-page\">\n<main id=\"main\" tabindex=\"-1\">\n")
	data := renderer.PageData{View: p.view, Hidden: []ui.Hidden{{Name: answers.FieldPage, Value: forms.BarePage}}}
	b.Write(page.Append(make([]byte, 0, page.Size()), data))
	b.WriteString("</main>\n</div>\n</body>\n</html>\n")
	return []byte(b.String()), nil
}

// Problem is a wrong or missing answer, with its words.
type Problem struct {
	Pointer string         `json:"pointer"`
	Code    string         `json:"code"`
	Params  map[string]any `json:"params"`
	Message string         `json:"message"`
	Soft    bool           `json:"soft,omitempty"` // it warns and lets one through
}

// Decoded is a posted page.
type Decoded struct {
	Answers  any       `json:"answers"`
	Problems []Problem `json:"problems"`
}

// Decode reads a posted page (application/x-www-form-urlencoded) onto the stored answers. has is false when the answers are none at all:
// of a schema that is no object, when nothing was answered.
func (p *Page) Decode(body string, l *i18n.Locale) (out Decoded, has bool, err error) {
	if len(body) > MaxBody {
		return Decoded{}, false, fmt.Errorf("the body is larger than %d MB", MaxBody>>20)
	}
	if strings.Count(body, "&") >= MaxValues {
		return Decoded{}, false, fmt.Errorf("the body has more than %d values", MaxValues)
	}
	post, err := url.ParseQuery(body)
	if err != nil {
		return Decoded{}, false, errors.New("the body is not application/x-www-form-urlencoded")
	}
	d := answers.Decode(p.graph, p.view, forms.BarePage, post)
	scope := p.view.Scope
	scope.Answers = d.Answers
	view, err := p.graph.Run(scope)
	if err != nil {
		return Decoded{}, false, err
	}
	out.Problems = []Problem{}
	for _, x := range forms.MergeProblems(d.Problems, p.graph.Validate(view, "")) {
		problem := Problem{Pointer: string(x.Pointer), Code: x.Code, Params: x.Params, Soft: x.Soft, Message: renderer.ProblemText(l, view, d.Typed, x)}
		if problem.Params == nil {
			problem.Params = map[string]any{}
		}
		if view.Form.Enveloped {
			problem.Pointer = strings.TrimPrefix(problem.Pointer, string(forms.Enveloped))
		}
		out.Problems = append(out.Problems, problem)
	}
	if out.Answers, has = any(d.Answers), true; view.Form.Enveloped {
		out.Answers, has = d.Answers[forms.Envelope]
	}
	return out, has, nil
}

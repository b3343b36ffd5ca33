// Package shell is the frame around every page of the simulators: one layout that says plainly that this is a simulator,
// one style sheet, and headers as strict as the platform's own (no scripts at all, no inline style, no third party).
//
// The pages work without the style sheet, so a simulator can be used on its own; the hub serves it at [StylePath].
package shell

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"samtjanst/platform/clock"
)

// StylePath is where the hub serves [Style].
const StylePath = "/sim.css"

//go:embed sim.css
var css []byte

// Page is a page of a simulator: a body within the frame.
type Page struct {
	t *template.Template
}

// View is what a body's template is executed with.
type View struct {
	Title string // also the page's heading
	Back  string // title of the link to the start page; "" on the start page itself
	Data  any
}

var frame = template.Must(template.New("frame").Parse(`<!doctype html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{.Title}} – simulator</title>
<link rel="stylesheet" href="` + StylePath + `">
</head>
<body>
<a class="skip" href="#main">Till innehållet</a>
<header><p><strong>Simulator.</strong> Här är allt påhittat: personerna, numren och breven. Inget lämnar den här datorn.</p>
{{with .Back}}<nav aria-label="Simulatorer"><a href="/">{{.}}</a></nav>{{end}}</header>
<main id="main">
<h1>{{.Title}}</h1>
{{template "body" .Data}}
</main>
</body>
</html>
`))

// outageForm is the form of a switch (outage.View), for bodies: {{template "outage" .Switch}}.
const outageForm = `<section aria-labelledby="outage"><h2 id="outage">Störning</h2>
<p>{{if .Now}}<strong>Just nu störning: {{.Now}}{{if .Left}}, {{.Left}} gånger till{{end}}.</strong>{{else}}Ingen störning.{{end}}</p>
<form method="post" action="{{.Action}}" class="row"><div><label for="fault">Sätt störning</label><select id="fault" name="fault"><option value="">Ingen</option>{{range .All}}<option{{if eq . $.Now}} selected{{end}}>{{.}}</option>{{end}}</select></div>
<div><label for="times">Antal gånger (0 = tills vidare)</label><input id="times" name="times" inputmode="numeric" value="0" size="4"></div><button>Sätt</button></form></section>`

// callsTable shows a Table, for bodies: {{template "calls" .Calls}}.
const callsTable = `<section aria-labelledby="calls"><h2 id="calls">Senaste frågorna</h2>
{{if .Rows}}<div class="wide" tabindex="0" role="region" aria-label="Tabell över frågorna"><table><thead><tr>{{range .Heads}}<th scope="col">{{.}}</th>{{end}}</tr></thead><tbody>{{range .Rows}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>{{end}}</tbody></table></div>{{else}}<p>Ingen har frågat än.</p>{{end}}
</section>`

// Table is the last that a register has been asked.
type Table struct {
	Heads []string
	Rows  [][]string
}

// maxRows of a table.
const maxRows = 20

// Calls makes the table of what a register has been asked: when, by which reference, and what else row tells of it. all has the oldest first.
func Calls[C any](all []C, heads []string, row func(C) (at time.Time, ref string, more []string)) Table {
	t := Table{Heads: append([]string{"När", "Referens"}, heads...)}
	for _, c := range slices.Backward(all) {
		if len(t.Rows) == maxRows {
			break
		}
		at, ref, more := row(c)
		t.Rows = append(t.Rows, append([]string{at.In(clock.Stockholm).Format("15:04:05"), ref}, more...))
	}
	return t
}

// New parses a body. It panics on a template that does not parse: bodies are constants.
func New(body string) *Page {
	t := template.Must(frame.Clone())
	template.Must(t.New("outage").Parse(outageForm))
	template.Must(t.New("calls").Parse(callsTable))
	template.Must(t.New("body").Parse(body))
	return &Page{t}
}

// Write renders the page under a title with a status.
func (p *Page) Write(w http.ResponseWriter, status int, title string, data any) {
	p.write(w, status, View{Title: title, Back: "Alla simulatorer", Data: data})
}

// WriteStart renders the start page, which has no link back.
func (p *Page) WriteStart(w http.ResponseWriter, title string, data any) {
	p.write(w, http.StatusOK, View{Title: title, Data: data})
}

func (p *Page) write(w http.ResponseWriter, status int, v View) {
	var b bytes.Buffer
	if err := p.t.Execute(&b, v); err != nil {
		http.Error(w, fmt.Sprintf("simulatorns sida gick inte att visa: %v", err), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	Headers(h)
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader has gone: nobody to tell
}

// JSON answers with a value; of a list that is nil, with an empty one.
func JSON(w http.ResponseWriter, status int, v any) {
	if list := reflect.ValueOf(v); list.Kind() == reflect.Slice && list.IsNil() {
		v = []any{}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader has gone: nobody to tell
}

// Indented is a value's JSON for people.
func Indented(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.String(), err
}

// Headers sets what every page of a simulator answers with.
func Headers(h http.Header) {
	// form-action stays open: a login page posts here and is redirected to the platform, and form-action governs redirects.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
}

// Style serves the style sheet.
func Style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "max-age=300")
	_, _ = w.Write(css)
}

// Guard refuses form posts that come from another site, so that a page elsewhere cannot work the simulators.
func Guard(h http.Handler) http.Handler { return http.NewCrossOriginProtection().Handler(h) }

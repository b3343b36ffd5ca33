package ui

import (
	"html/template"
	"strings"
	"testing"

	"samtjanst/renderer/i18n"
)

// A text that stands in the template is the bytes that calling for it gives, and is not called for again.
func TestTextsStandInTheTemplate(t *testing.T) {
	c, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	l := c.In("sv")
	for _, tt := range []struct {
		main  string
		calls int // that are left
	}{
		{`<p>{{t "shell.skip"}}</p>`, 0},
		{`<p aria-label="{{t "shell.skip"}}">{{if .}}{{t "shell.service"}}{{else}}{{t "shell.staff"}}{{end}}</p>`, 0},
		{`{{range .}}{{with .}}{{t "shell.back"}} {{end}}{{end}}`, 0},
		{`{{t "shell.logged-in" "name" "Ann & Bo"}}`, 1},
		{`{{$x := t "shell.skip"}}{{$x}}`, 1},
		{`{{t "shell.skip" | printf "%s"}}`, 1},
		{`<a href="{{t "shell.skip"}}">x</a>`, 1},
		{`<a href="/{{if .}}{{t "shell.skip"}}{{end}}">x</a>`, 1},
		{`<p title={{t "shell.skip"}}>x</p>`, 1},
		{`<script>f({{t "shell.skip"}})</script>`, 1},
		{`<p onclick="f({{t "shell.skip"}})">x</p>`, 1},
	} {
		render := func(set bool) (string, int) {
			calls := 0
			counted := func(key string, args ...any) string { calls++; return l.T(key, args...) }
			tmpl := template.Must(template.New("x").Funcs(template.FuncMap{"t": counted}).Parse(tt.main))
			if set {
				setTexts(tmpl, l)
			}
			var b strings.Builder
			if err := tmpl.Execute(&b, []string{"a"}); err != nil {
				t.Fatal(tt.main, err)
			}
			return b.String(), calls
		}
		want, _ := render(false)
		got, calls := render(true)
		if got != want || calls != tt.calls {
			t.Errorf("%s\ngives %q after %d calls, want %q after %d", tt.main, got, calls, want, tt.calls)
		}
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"strconv"
	"sync"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
	"samtjanst/forms/schema"
	"samtjanst/renderer"
	"samtjanst/renderer/i18n"
)

// single measures what can be measured without load: forms in this process before there is any other, and catalogues.
func (b *bench) single(ctx context.Context) error {
	for _, step := range []func() error{b.filled, b.decoded, b.firstUse, b.again, b.rowsShown, b.rowChanged} {
		if err := step(); err != nil {
			return err
		}
	}
	if b.forms {
		return nil
	}
	return b.catalogue(ctx)
}

// ready is a form ready to use, with answers and what it makes of them.
type ready struct {
	graph *journey.Graph
	scope forms.Scope
	view  *forms.View
	page  *renderer.Page
}

// texts are the platform's own, read once as they are when it starts.
var texts = sync.OnceValues(i18n.Embedded)

// readied makes a form ready, as its first use does.
func readied(def *forms.Definition, stored map[string]any) (r ready, err error) {
	form, problems := forms.Compile(def)
	if len(problems) > 0 {
		return r, fmt.Errorf("%s", problems[0])
	}
	if r.graph, err = journey.New(form); err != nil {
		return r, err
	}
	words, err := texts()
	if err != nil {
		return r, err
	}
	if r.page, err = renderer.New(words, renderer.DefaultLimits).Compile(form, form.Pages[0], "sv"); err != nil {
		return r, err
	}
	r.scope = forms.Scope{Answers: stored, Facts: map[string]any{}, Today: time.Now().Format(time.DateOnly),
		Actor: map[string]any{"role": journey.Applicant}}
	r.view, err = r.graph.Run(r.scope)
	return r, err
}

// answered gives the answers that a posted page makes.
func (r ready) answered(post url.Values) (map[string]any, error) {
	got := answers.Decode(r.graph, r.view, widePage, post)
	if len(got.Problems) > 0 {
		return nil, fmt.Errorf("%v", got.Problems)
	}
	return got.Answers, nil
}

// wideReady is the form of so many fields, answered.
func wideReady(fields int) (ready, error) {
	def, err := wideDefinition(fields)
	if err != nil {
		return ready{}, err
	}
	empty, err := readied(def, map[string]any{})
	if err != nil {
		return ready{}, err
	}
	stored, err := empty.answered(wideAnswers(fields))
	if err != nil {
		return ready{}, err
	}
	return readied(def, stored)
}

// plainFields is the least that a page of fields is, for html/template to fill.
var plainFields = template.Must(template.New("").Parse(`<form method="post">{{range .}}<p><label for="{{.ID}}">{{.Label}}</label><input id="{{.ID}}" name="{{.Name}}" value="{{.Value}}"></p>
{{end}}</form>`))

type plainField struct{ ID, Label, Name, Value string }

// filled is a page of 200 answered fields, beside html/template that fills a label and an input for each.
func (b *bench) filled() error {
	r, err := wideReady(200)
	if err != nil {
		return err
	}
	var plain []plainField
	for i, f := range r.view.Form.Pages[0].Sections[0].Fields {
		value, _ := forms.Lookup(r.view.Answers, f.Pointer)
		plain = append(plain, plainField{f.ID + strconv.Itoa(i), f.Label["sv"], answers.Control(f.Pointer), fmt.Sprint(value)})
	}
	base, err := once("html/template, label and input only", b.duration/3, func() error { return plainFields.Execute(io.Discard, plain) })
	if err != nil {
		return err
	}
	var page []byte
	f, err := once("page of 200 answered fields filled", b.duration/3, func() error {
		page = r.page.Append(page[:0], renderer.PageData{View: r.view})
		return nil
	})
	f.bytes = len(page)
	b.costs.add(f, aim{200 * time.Microsecond, 100_000}, base)
	return err
}

// decoded is the same form posted: read, run and validated as a whole, beside encoding/json that reads the answers.
func (b *bench) decoded() error {
	r, err := wideReady(200)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(r.view.Answers)
	if err != nil {
		return err
	}
	base, err := once("encoding/json, the same answers", b.duration/3, func() error {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		return d.Decode(&map[string]any{})
	})
	if err != nil {
		return err
	}
	post := wideAnswers(200)
	f, err := once("200 posted fields decoded, run and validated", b.duration/3, func() error { return r.take(post) })
	b.costs.add(f, aim{time: time.Millisecond}, base)
	return err
}

// take reads a post onto the answers, runs the form from the view that it was posted from, and validates it as a whole.
func (r ready) take(post url.Values) error {
	got := answers.Decode(r.graph, r.view, widePage, post)
	scope := r.scope
	scope.Answers = got.Answers
	view := got.View
	if view == nil {
		var err error
		if view, err = r.graph.Again(r.view, scope); err != nil {
			return err
		}
	}
	if problems := append(got.Problems, r.graph.Validate(view, "")...); len(problems) > 0 {
		return fmt.Errorf("%v", problems)
	}
	return nil
}

// again is a form of 200 fields, of which most have a condition, when one answer that some of them read has been changed: run from the
// view before, beside a whole run.
func (b *bench) again() error {
	def, err := wideDefinition(200)
	if err != nil {
		return err
	}
	fields := def.Layout.Pages[0].Sections[0].Fields
	for i := range fields {
		if i%5 != 2 { // on the choice before it; those without one are choices
			what := fmt.Sprintf(`{"/answers/f%d": {"const": "b"}}`, max(2, i-i%5-3))
			if fields[i].ShowWhen, err = forms.ParseCondition([]byte(what)); err != nil {
				return err
			}
		}
	}
	def.Meta.Computed = map[string]string{"summa": "answers.?f1.orValue(0) + answers.?f6.orValue(0)", "namn": "answers.?f0.orValue('') + answers.?f5.orValue('')"}
	whole, err := readied(def, map[string]any{})
	if err != nil {
		return err
	}
	stored, err := whole.answered(wideAnswers(200))
	if err != nil {
		return err
	}
	r, err := readied(def, stored)
	if err != nil {
		return err
	}
	e := forms.Edit(stored)
	e.Put("/f52", "a")
	scope := r.scope
	scope.Answers = e.Answers()
	base, err := once("all evaluated", b.duration/3, func() error {
		_, err := r.graph.Run(scope)
		return err
	})
	if err != nil {
		return err
	}
	f, err := once("one condition's answer of 200 fields changed, run again", b.duration/3, func() error {
		v, err := r.graph.Again(r.view, scope)
		if err == nil && len(v.Hidden) == len(r.view.Hidden) {
			err = fmt.Errorf("the change hides nothing")
		}
		return err
	})
	b.costs.add(f, aim{}, base)
	return err
}

// firstUse is a form from its definition to its first page, beside its JSON Schema alone.
func (b *bench) firstUse() error {
	def, err := wideDefinition(50)
	if err != nil {
		return err
	}
	base, err := once("its JSON Schema compiled", b.duration/3, func() error {
		_, err := schema.Compile(def.Schema)
		return err
	})
	if err != nil {
		return err
	}
	var page []byte
	f, err := once("first use of a form of 50 fields, to its first page", b.duration/3, func() error {
		r, err := readied(def, map[string]any{})
		if err == nil {
			page = r.page.Append(page[:0], renderer.PageData{View: r.view})
		}
		return err
	})
	f.bytes = len(page)
	b.costs.add(f, aim{time: 10 * time.Millisecond}, base)
	return err
}

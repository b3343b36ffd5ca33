package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/renderer"
)

// few and many are the lists that are compared: what one row costs must not hang on the others.
const few, many = 10, 1000

const rowsAt forms.Pointer = "/rader"

// rowsDefinition makes a form with a list of rows of five fields, shown as a summary whatever their number.
func rowsDefinition() (*forms.Definition, error) {
	row := map[string]any{
		"namn":  map[string]any{"type": "string", "title": "Namn", "maxLength": 200},
		"fodd":  map[string]any{"type": "string", "format": "date", "title": "Född"},
		"klass": map[string]any{"type": "string", "title": "Klass", "oneOf": []any{map[string]any{"const": "a", "title": "4A"}, map[string]any{"const": "b", "title": "4B"}}},
		"antal": map[string]any{"type": "number", "title": "Antal resor", "maximum": 1000},
		"anm":   map[string]any{"type": "string", "title": "Anmärkning", "maxLength": 200},
	}
	raw, err := json.Marshal(map[string]any{"type": "object", "properties": map[string]any{
		"rader": map[string]any{"type": "array", "title": "Elever", "maxItems": many, "items": map[string]any{"type": "object", "required": []string{"namn"}, "properties": row}}}})
	page := forms.LayoutPage{ID: widePage, Title: "Allt", Sections: []forms.LayoutSection{{
		Fields: []forms.LayoutField{{Pointer: string(rowsAt), Item: "elev", Widget: "summary"}}}}}
	meta := forms.Meta{ID: wideForm, Title: "Många rader", Authority: "barn-och-utbildning"}
	return &forms.Definition{Meta: meta, Schema: raw, Layout: forms.Layout{Pages: []forms.LayoutPage{page}}}, err
}

// rowsStored are so many rows.
func rowsStored(n int) map[string]any {
	list := make([]any, n)
	for i := range list {
		list[i] = map[string]any{"namn": fmt.Sprintf("Elev %d Testsson", i), "fodd": "2015-03-04", "klass": "b", "antal": json.Number("12.5"), "anm": "Kliver på vid kvarnen"}
	}
	return map[string]any{"rader": list}
}

// openRow is the row that is open, and rowPost what is posted of it.
const openRow = 5

func rowPost(name string) url.Values {
	row := rowsAt.Index(openRow)
	v := url.Values{answers.OpenRow(rowsAt): {strconv.Itoa(openRow)}, answers.RowKey(rowsAt): {strconv.Itoa(openRow)}}
	for field, value := range map[string]string{"namn": name, "klass": "a", "antal": "3", "anm": "Kliver av vid torget"} {
		v.Set(answers.Control(row.Join(field)), value)
	}
	for part, value := range map[answers.Part]string{answers.Year: "2015", answers.Month: "3", answers.Day: "5"} {
		v.Set(answers.DatePart(part, row.Join("fodd")), value)
	}
	return v
}

// rowsReady is the form with so many rows.
func rowsReady(n int) (ready, error) {
	def, err := rowsDefinition()
	if err != nil {
		return ready{}, err
	}
	return readied(def, rowsStored(n))
}

// rowsShown is the page of many rows with one of them open, beside that of few.
func (b *bench) rowsShown() error {
	measured := func(n int) (figure, error) {
		r, err := rowsReady(n)
		if err != nil {
			return figure{}, err
		}
		var page []byte
		f, err := once(fmt.Sprintf("page of %d rows, one open", n), b.duration/6, func() error {
			page = r.page.Append(page[:0], renderer.PageData{View: r.view, Typed: forms.Typed{answers.OpenRow(rowsAt): strconv.Itoa(openRow)}})
			return nil
		})
		f.bytes = len(page)
		return f, err
	}
	base, err := measured(few)
	if err != nil {
		return err
	}
	f, err := measured(many)
	b.costs.add(f, aim{time: 20 * time.Millisecond}, base)
	return err
}

// rowChanged is the open row read from a post, in a list of few rows and of many, beside a copy of all answers; and what it costs to
// know of the answers as a whole what is wrong in them, beside a validation that begins from nothing.
func (b *bench) rowChanged() error {
	var fewer figure
	for _, n := range []int{few, many} {
		r, err := rowsReady(n)
		if err != nil {
			return err
		}
		base, err := once("a copy of the answers", b.duration/6, func() error {
			forms.CopyObject(r.scope.Answers)
			return nil
		})
		if err != nil {
			return err
		}
		post := rowPost("Ändrad Testsson")
		changed, err := r.answered(post)
		if err != nil {
			return err
		}
		if got, _ := forms.Lookup(changed, rowsAt.Index(openRow).Join("namn")); got != "Ändrad Testsson" {
			return fmt.Errorf("the row was not changed: %v", got)
		}
		f, err := once(fmt.Sprintf("one row of %d decoded", n), b.duration/6, func() error {
			_, err := r.answered(post)
			return err
		})
		if err != nil {
			return err
		}
		b.costs.add(f, aim{}, base)
		r.graph.Validate(r.view, "") // as a page that was saved before has been
		all, err := once(fmt.Sprintf("one row of %d decoded, run and validated", n), b.duration/6, func() error { return r.take(post) })
		if err != nil {
			return err
		}
		if n == few {
			fewer = all
			continue
		}
		b.costs.add(all, aim{}, fewer)
		whole, err := once("from nothing", b.duration/6, func() error {
			v, err := r.graph.Run(r.scope)
			if err == nil {
				r.graph.Validate(v, "")
			}
			return err
		})
		if err != nil {
			return err
		}
		all.what = "the same, beside all rows run and validated"
		b.costs.add(all, aim{}, whole)
	}
	return nil
}

// RowDrafts asks for a draft for each owner, with so many rows each.
type RowDrafts struct {
	Rows   []int
	Owners []Person
}

// RowDraft makes drafts with rows.
func (p *Platform) RowDrafts(in RowDrafts, ids *[]string) error {
	def, err := rowsDefinition()
	if err != nil {
		return err
	}
	for i, who := range in.Owners {
		id := fmt.Sprintf("rader-%d", in.Rows[i])
		if err := p.newDraft(context.Background(), id, def, who, rowsStored(in.Rows[i])); err != nil {
			return err
		}
		*ids = append(*ids, id)
	}
	return nil
}

// rowPosted is one row changed over HTTP: posted, stored, validated and the way on given, of few rows and of many.
func (b *bench) rowPosted() error {
	fs, browsers, err := b.next(2)
	if err != nil {
		return err
	}
	var ids []string
	if err := b.call("RowDrafts", RowDrafts{[]int{few, many}, peopleOf(fs)}, &ids); err != nil {
		return err
	}
	var base figure
	for i, n := range []int{few, many} {
		at := "/ansokan/" + ids[i] + "/" + widePage
		form, rev, err := opened(browsers[i], at)
		if err != nil {
			return err
		}
		form.Set(answers.FieldOp, answers.OpSave)
		what := fmt.Sprintf("one row of %d posted and stored, over HTTP", n)
		f, err := b.within(what, func() (figure, error) {
			return once(what, b.duration/3, func() error {
				maps.Copy(form, rowPost(fmt.Sprintf("Elev %d Testsson", rev)))
				form.Set(answers.FieldRevision, strconv.FormatInt(rev, 10))
				rev++
				_, err := browsers[i].post(at, form)
				return err
			})
		})
		if err != nil {
			return err
		}
		if n == many {
			b.costs.add(f, aim{}, base)
		}
		base = f
	}
	return nil
}

// opened opens a page, and gives its hidden controls and the draft's revision.
func opened(br browser, at string) (url.Values, int64, error) {
	p, err := br.get(at)
	if err != nil {
		return nil, 0, err
	}
	form := hidden(p.body)
	rev, err := strconv.ParseInt(form.Get(answers.FieldRevision), 10, 64)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: no revision", at)
	}
	return form, rev, nil
}

// condition is an answer that shows other questions, over HTTP and without a script: the page is posted and stored, and opened again
// with what is shown now. Beside it the same page only opened.
func (b *bench) condition() error {
	fs, browsers, err := b.next(1)
	if err != nil {
		return err
	}
	_, paths, err := b.prepared(fs, browsers)
	if err != nil {
		return err
	}
	br, at := browsers[0], paths[0][:len(paths[0])-len(checkPage)]+"skola"
	base, err := once("the page opened", b.duration/3, func() error {
		_, err := br.get(at)
		return err
	})
	if err != nil {
		return err
	}
	form, rev, err := opened(br, at)
	if err != nil {
		return err
	}
	form.Set(answers.FieldOp, answers.OpUpdate)
	size := 0
	f, err := once("a condition's answer changed, page shown again, over HTTP", b.duration/3, func() error {
		choice := "vald"
		if rev%2 == 0 {
			choice = "annan-kommun"
		}
		form.Set("a/skola/placering", choice)
		form.Set(answers.FieldRevision, strconv.FormatInt(rev, 10))
		rev++
		p, err := br.post(at, form)
		if err == nil && p.location != at {
			err = fmt.Errorf("POST %s leads to %s", at, p.location)
		}
		if err != nil {
			return err
		}
		if p, err = br.get(p.location); err == nil && len(p.body) == size {
			err = fmt.Errorf("%s shows the same for another answer", at)
		}
		size = len(p.body)
		return err
	})
	if err != nil {
		return err
	}
	f.bytes = size
	b.costs.add(f, aim{time: 5 * time.Millisecond}, base)
	return nil
}

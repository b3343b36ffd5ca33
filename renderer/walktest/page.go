package walktest

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/renderer"
	"samtjanst/renderer/ui/uitest"
)

// shown renders the page as it is now, in every language, and holds it to what every page must keep.
func (w *walker) shown(v *forms.View, problems []forms.Problem) {
	if _, on := v.Page(w.page); !on {
		return
	}
	w.report.Pages++
	for _, lang := range w.form.catalog.Languages() {
		body, links := w.render(v, problems, lang)
		for _, f := range uitest.Faults(body) {
			w.fault("%s: %s", lang, f)
		}
		for _, l := range links {
			if l == "" || !bytes.Contains(body, []byte(` id="`+html.EscapeString(l)+`"`)) {
				w.fault("%s: a problem leads to %q, which is not there", lang, l)
			}
		}
		if hard := slices.ContainsFunc(problems, func(p forms.Problem) bool { return !p.Soft }); hard && len(links) == 0 {
			w.fault("%s: what is wrong is not told: %v", lang, problems)
		}
	}
	post := w.posted(v, answers.OpUpdate)
	got := answers.Decode(w.form.Graph, v, w.page, post)
	if !forms.Equal(got.Answers, w.begun(v, post)) {
		w.fault("posting it untouched changes %v to %v", v.Scope.Answers, got.Answers)
	}
}

// begun is what is stored, with the blank first row of each list that has to have one: the page offers it, and so posts it.
func (w *walker) begun(v *forms.View, post url.Values) map[string]any {
	stored := forms.CopyObject(v.Scope.Answers)
	p, _ := v.Page(w.page)
	for _, f := range w.form.words.posted {
		at, here := placed(p, f)
		if f.Kind != forms.RowsField || !here {
			continue
		}
		rows, _ := forms.Lookup(stored, at)
		if list, _ := rows.([]any); len(list) == 0 && len(post[answers.RowKey(at)]) == 1 {
			forms.Put(stored, at, []any{map[string]any{}})
		}
	}
	return stored
}

// placed is where a page has a field, when it has it in one place: not among rows of its own.
func placed(p *forms.Page, f *forms.Field) (at forms.Pointer, here bool) {
	at = p.At(f.Pointer)
	return at, f.Page == p.Written() && !strings.Contains(string(at), "/*")
}

func (w *walker) render(v *forms.View, problems []forms.Problem, lang string) (body []byte, targets []string) {
	p, ok := w.form.pages.Page(w.page, lang)
	if !ok {
		w.fault("the page does not render in %s", lang)
		return nil, nil
	}
	data := renderer.PageData{View: v, Typed: w.typed, Problems: problems, Save: true}
	for _, l := range p.Links(data) {
		targets = append(targets, l.Target)
	}
	return p.Append(nil, data), targets
}

// posted is what a browser would post of the page that is there.
func (w *walker) posted(v *forms.View, op string) url.Values {
	body, _ := w.render(v, nil, "sv")
	post, err := uitest.Posted(body)
	if err != nil {
		w.fault("the page cannot be read: %v", err)
		post = url.Values{}
	}
	post.Set(answers.FieldOp, op)
	return post
}

// rounds is how often the page is updated while it is filled in: each answer may bring another question.
const rounds = 12

// fill answers the page as wanted, without script: what stands on it is filled in, and it is updated until that brings nothing more.
func (w *walker) fill(wanted map[string]any) {
	var before []string
	for range rounds {
		v := w.view()
		page, on := v.Page(w.page)
		if !on {
			return
		}
		w.attach(v, page, wanted)
		v = w.view()
		body, _ := w.render(v, nil, "sv")
		post, names := w.posted(v, answers.OpUpdate), controls(body)
		want := answers.Encode(w.with(w.wanting(page, wanted)), w.page, nil)
		if op := w.rows(v, page, post, want); op != "" {
			post.Set(answers.FieldOp, op)
		} else if slices.Equal(before, names) {
			return
		} else {
			before = names
		}
		for _, name := range names {
			switch name {
			case answers.FieldOp, answers.FieldSeen, answers.FieldRevision, answers.FieldPage, answers.FieldCSRF:
				continue
			}
			if strings.HasPrefix(name, "r/") || strings.HasPrefix(name, "s/") || strings.HasPrefix(name, "o/") || strings.HasPrefix(name, "w/") || strings.HasPrefix(name, "f/") {
				continue // these say what stands on the page; nobody types them
			}
			if value, is := want[wantedName(name, post)]; is {
				post[name] = value
			} else {
				delete(post, name)
			}
		}
		got := answers.Decode(w.form.Graph, v, w.page, post)
		w.typed = got.Typed
		w.keep(got.Answers)
	}
	w.fault("the page brings new questions without end")
}

// wanting is what is stored, with the page's answers as they are wanted.
func (w *walker) wanting(p *forms.Page, wanted map[string]any) map[string]any {
	out := forms.CopyObject(w.scope.Answers)
	for _, s := range p.Sections {
		for _, f := range s.Fields {
			if !f.Posted() || f.ReadOnly {
				continue
			}
			at := p.At(f.Pointer)
			if value, ok := forms.Lookup(wanted, at); ok {
				forms.Put(out, at, forms.Copy(value))
			} else {
				forms.Remove(out, at)
			}
		}
	}
	return out
}

// attach uploads the files that are wanted where the page asks for them, and removes others.
func (w *walker) attach(v *forms.View, p *forms.Page, wanted map[string]any) {
	stored := forms.CopyObject(w.scope.Answers)
	for _, f := range w.form.words.posted {
		at, here := placed(p, f)
		if f.Kind != forms.FilesField || !here || !v.ShowsAt(f, at) {
			continue
		}
		if files, ok := forms.Lookup(wanted, at); ok {
			forms.Put(stored, at, forms.Copy(files))
		} else {
			forms.Remove(stored, at)
		}
	}
	w.scope.Answers = stored
}

// rows gives the button that brings the page's rows nearer to as many as are wanted; "" when they are.
func (w *walker) rows(v *forms.View, p *forms.Page, post, want url.Values) string {
	for _, f := range w.form.words.posted {
		at, here := placed(p, f)
		if f.Kind != forms.RowsField && f.Kind != forms.ListField || !here || !v.ShowsAt(f, at) {
			continue
		}
		name := answers.RowKey(at)
		switch have, need := post[name], want[name]; {
		case len(have) < len(need):
			return answers.Op(answers.OpAdd, at)
		case len(have) > len(need) && len(have) > 1:
			return answers.Op(answers.OpRemove, at.Join(have[len(have)-1]))
		}
	}
	return ""
}

// wantedName is the name under which a control's value is wanted: a row's key on the page becomes its number among the rows.
func wantedName(name string, post url.Values) string {
	kind, rest, _ := strings.Cut(name, "/")
	var there, wanted string
	for _, piece := range strings.Split(rest, "/") {
		if i := slices.Index(post["r"+there], piece); i >= 0 {
			wanted += "/" + rowNumber(i)
		} else {
			wanted += "/" + piece
		}
		there += "/" + piece
	}
	return kind + wanted
}

func rowNumber(i int) string { return string(forms.Pointer("").Index(i))[1:] }

// controls are the names of everything on a page that is posted, in their order.
func controls(page []byte) []string {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil
	}
	var out []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "input" && n.Data != "select" && n.Data != "textarea" {
			continue
		}
		for _, a := range n.Attr {
			if a.Key == "name" && !slices.Contains(out, a.Val) {
				out = append(out, a.Val)
			}
		}
	}
	return out
}

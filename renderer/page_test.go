package renderer

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
	"samtjanst/renderer/ui/uitest"
)

// Every control in every state keeps what every page must keep.
func TestStructure(t *testing.T) {
	pages, _ := gallery(t)
	if len(pages) < 8 {
		t.Fatalf("only %d pages", len(pages))
	}
	for name, page := range pages {
		uitest.HTML(t, name, page)
	}
}

// A page posted back unchanged posts what package answers says that it does (the two walk the form alike), and gives back exactly what
// is stored.
func TestPostedUnchanged(t *testing.T) {
	for name, d := range samples(t) {
		_, page := content(t, "sv", d)
		got := posted(t, page)
		want := answers.Encode(d.View, pageOf(d), d.Typed)
		for _, h := range d.Hidden {
			want.Set(h.Name, h.Value)
		}
		for key, values := range got { // warnings that are seen, and what is blank beside what is not posted at all
			if key == answers.FieldSeen || len(values) == 1 && values[0] == "" && len(want[key]) == 0 {
				delete(got, key)
			}
		}
		for key, values := range want {
			slices.Sort(values) // boxes stand as the page has them
			slices.Sort(got[key])
			if len(values) == 0 || len(values) == 1 && values[0] == "" && len(got[key]) == 0 {
				delete(want, key)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-encode +page):\n%s", name, diff)
		}
		if len(d.Typed) > 0 || strings.Contains(name, "tom") {
			continue // what is typed and not stored becomes an answer or a problem; what must be there comes to be
		}
		g, err := journey.New(d.View.Form)
		if err != nil {
			t.Fatal(err)
		}
		sent := posted(t, page)
		sent.Set(answers.FieldOp, answers.OpUpdate)
		back := answers.Decode(g, d.View, pageOf(d), sent)
		if diff := cmp.Diff(d.View.Scope.Answers, back.Answers); diff != "" {
			t.Errorf("%s (-stored +decoded):\n%s", name, diff)
		}
	}
}

// Every button of every page can be pressed: what comes of it is a page again.
func TestEveryButton(t *testing.T) {
	for name, d := range samples(t) {
		p, page := content(t, "sv", d)
		g, err := journey.New(d.View.Form)
		if err != nil {
			t.Fatal(err)
		}
		sent := posted(t, page)
		seen := map[string]bool{}
		for _, button := range buttons(t, page) {
			op := button.op
			if kind := digits.ReplaceAllString(op, "0"); seen[kind] { // one row is as good as another
				continue
			} else {
				seen[kind] = true
			}
			sent.Set(answers.FieldOp, op)
			back := answers.Decode(g, d.View, pageOf(d), sent)
			again := d
			again.View = view(d.View.Form, back.Answers)
			again.View.Options, again.View.Facts = d.View.Options, d.View.Facts
			again.Typed, again.Problems = back.Typed, back.Problems
			html := p.Append(nil, again)
			uitest.HTML(t, name+" "+op, html)
			for _, l := range p.Links(again) {
				if !strings.Contains(string(html), `id="`+l.Target+`"`) {
					t.Errorf("%s %s: %q leads to %q, which is not there", name, op, l.Text, l.Target)
				}
			}
			if button.goTo != "" && !strings.Contains(string(html), `id="`+button.goTo+`"`) {
				t.Errorf("%s %s: leads to %q, which is not there", name, op, button.goTo)
			}
			if string(html) == page && strings.HasPrefix(op, answers.OpAdd) {
				t.Errorf("%s %s: nothing was added", name, op)
			}
		}
	}
}

var digits = regexp.MustCompile(`[0-9]+`)

// button is what a button asks for, and to what on the page that comes of it it leads.
type button struct{ op, goTo string }

func buttons(t testing.TB, page string) []button {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var out []button
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "button" {
			var one button
			for _, a := range n.Attr {
				switch a.Key {
				case "value":
					one.op = a.Val
				case "formaction":
					_, one.goTo, _ = strings.Cut(a.Val, "#")
				}
			}
			out = append(out, one)
		}
	}
	return out
}

// posted gives what a browser would post of a page, without a button.
func posted(t testing.TB, page string) url.Values {
	t.Helper()
	out, err := uitest.Posted([]byte(page))
	if err != nil {
		t.Fatal(err)
	}
	for _, values := range out {
		for i, v := range values {
			values[i] = strings.ReplaceAll(v, "\r\n", "\n") // as the decoder reads it
		}
	}
	return out
}

func TestFirstSubmitButtonIsContinue(t *testing.T) {
	for name, d := range states(t) {
		_, page := content(t, "sv", d)
		_, after, _ := strings.Cut(page, `type="submit"`)
		if !strings.Contains(after[:strings.IndexByte(after, '>')], `value="continue"`) {
			t.Errorf("%s: Enter would press %s", name, after[:80])
		}
	}
	d := states(t)["tom"]
	d.View.Stopped = map[string]bool{"allt": true}
	_, page := content(t, "sv", d)
	if strings.Contains(page, `value="continue"`) {
		t.Error("a page that one cannot leave offers to go on")
	}
}

// What the view hides is not on the page: a field, a section, one row's field.
func TestHides(t *testing.T) {
	d := states(t)["ifylld"]
	form := d.View.Form
	d.View.Hidden = map[forms.Pointer]bool{
		forms.Pointer("field:" + form.Fields["/namn"].ID): true, "section:allt/1": true, "/dagar/0/adress": true,
	}
	_, page := content(t, "sv", d)
	for _, gone := range []string{`name="a/namn"`, `name="a/val"`, `name="a/dagar/0/adress"`} {
		if strings.Contains(page, gone) {
			t.Errorf("%s is shown", gone)
		}
	}
	if !strings.Contains(page, `name="a/dagar/1/adress"`) {
		t.Error("the other row's field is gone too")
	}
}

// Whatever is wrong, the error summary leads to a control that exists, in the order of the page, in finished words.
func TestSummaryOfProblemsLeadsToControls(t *testing.T) {
	wrongStates := 0
	for name, d := range samples(t) {
		p, page := content(t, "sv", d)
		links := p.Links(d)
		hard := 0
		for _, problem := range d.Problems {
			if !problem.Soft {
				hard++
			}
		}
		if hard > 0 {
			wrongStates++
		}
		if len(links) != hard {
			t.Errorf("%s: %d links for %d problems", name, len(links), hard)
		}
		last := -1
		for _, l := range links {
			at := strings.Index(page, `id="`+l.Target+`"`)
			if l.Text == "" || strings.ContainsAny(l.Text, "{}[]") {
				t.Errorf("%s: %q is not finished", name, l.Text)
			}
			switch {
			case l.Target == "" && strings.Contains(l.Text, "okänd"): // what no page asks for
			case l.Target == "" || at < 0:
				t.Errorf("%s: %q leads to %q, which is not there", name, l.Text, l.Target)
			case at < last:
				t.Errorf("%s: %q (%s) stands earlier on the page than the one before it", name, l.Text, l.Target)
			default:
				last = at
			}
			words := strings.ReplaceAll(string(escape(nil, l.Text)), "&#39;", "&#39;")
			if _, inner, ok := strings.Cut(words, ": "); ok && strings.HasSuffix(l.Target, straySuffix) {
				words = inner // told in the row, which is not shown
				continue
			} else if ok && strings.HasPrefix(l.Text, "Elev ") {
				words = inner
			}
			if l.Target != "" && !strings.Contains(page, words) {
				t.Errorf("%s: the page does not say %q", name, words)
			}
		}
	}
	if wrongStates < 5 {
		t.Errorf("only %d states have problems", wrongStates)
	}
}

// Text of the form that is not translated is marked with its own language.
func TestMarksUntranslatedText(t *testing.T) {
	_, page := content(t, "en", states(t)["tom"])
	for _, want := range []string{`for="f-namn">Name<`, `for="f-post" lang="sv">E-post `, `(optional)`, `>All kinds of questions</h1>`} {
		if !strings.Contains(page, want) {
			t.Errorf("there is no %s", want)
		}
	}
	_, page = content(t, "sv", states(t)["tom"])
	if strings.Contains(page, "lang=") {
		t.Error("a Swedish page marks Swedish text")
	}
}

// What is shown only has no controls, of whatever kind it is and however deep it goes.
func TestReadOnlyHasNoControls(t *testing.T) {
	for _, dir := range []string{"kinds", "widgets", "gallery"} {
		form := loadForm(t, dir)
		stored := map[string]string{"kinds": filledKinds, "widgets": filledWidgets, "gallery": filled}[dir]
		for _, sec := range form.Pages[0].Sections {
			for _, f := range sec.Fields {
				f.ReadOnly, f.ShowWhen = true, nil
			}
		}
		v := view(form, parseAnswers(t, stored))
		if dir == "widgets" {
			v.Scope.Answers["elever"] = pupils(60)
			offerTimes(v)
		}
		_, page := content(t, "sv", PageData{View: v})
		uitest.HTML(t, dir, []byte(page))
		if sent := posted(t, page); len(sent) > 0 {
			t.Errorf("%s: posts %v", dir, sent)
		}
		for _, b := range buttons(t, page) {
			if b.op != answers.OpContinue {
				t.Errorf("%s: has a button %s", dir, b.op)
			}
		}
		for _, want := range map[string][]string{"kinds": {"Brf Kvarnen", "Eva", "repad", "blå\nhav", "978"}, "widgets": {"Nattpatrull", "Elev 60 Testsson", "58,41086"}, "gallery": {"Björkskolan", "finska"}}[dir] {
			if !strings.Contains(page, want) {
				t.Errorf("%s: does not show %q", dir, want)
			}
		}
		if strings.Contains(page, "hemlig1") {
			t.Errorf("%s: shows what is secret", dir)
		}
	}
}

// What is never shown again is not on any page, nor in what a page carries along.
func TestSecretsAreNotShown(t *testing.T) {
	d := samples(t)["slag-ifyllt"]
	d.Typed = forms.Typed{"/losen": "hemlig1"}
	if _, page := content(t, "sv", d); strings.Contains(page, "hemlig1") {
		t.Error("the page has the secret")
	}
}

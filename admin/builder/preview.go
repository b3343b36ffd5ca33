package builder

import (
	"html/template"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"samtjanst/forms"
	"samtjanst/platform/flow"
	"samtjanst/renderer"
	"samtjanst/renderer/markdown"
)

// preview is what citizens would see, in each language.
type preview struct {
	Views []previewView
}

type previewView struct {
	Lang, Language string
	Body           template.HTML
}

// preview renders the page that a group stands on, as it is before anything is answered with all that it ever asks shown; what is no page of
// questions is shown as the service's first page.
func (a *area) preview(w words, v *flow.EditView) *preview {
	langs := []string{"sv"}
	for _, it := range v.Items {
		if it.Lang != "" && !slices.Contains(langs, it.Lang) {
			langs = append(langs, it.Lang)
		}
	}
	p := &preview{}
	id, page := strings.CutPrefix(v.Group, "page:")
	for _, lang := range langs {
		view := previewView{Lang: lang, Language: w.language(lang)}
		if page {
			i := slices.IndexFunc(v.Next.Pages, func(p *forms.Page) bool { return p.Written().ID == id })
			if i < 0 {
				continue
			}
			compiled, ok := a.Renderer.Form(v.Next.Form).Page(v.Next.Pages[i].ID, lang)
			if !ok {
				continue
			}
			view.Body = tame(compiled.Append(nil, renderer.PageData{View: v.Next}), lang)
		} else {
			view.Body = a.firstPage(v, lang)
		}
		p.Views = append(p.Views, view)
	}
	return p
}

// firstPage is what somebody reads before beginning.
func (a *area) firstPage(v *flow.EditView, lang string) template.HTML {
	l := a.site.UI().Catalog().In(lang)
	f := v.Next.Form
	o := f.Overview
	var b strings.Builder
	text := func(tag, s string) {
		if s != "" {
			b.WriteString("<" + tag + ">" + template.HTMLEscapeString(s) + "</" + tag + ">")
		}
	}
	part := func(key, md string) {
		if md != "" {
			text("h2", l.T(key))
			b.WriteString(`<div class="st-text">` + string(markdown.HTML(md)) + `</div>`)
		}
	}
	text("h1", f.Title.In(lang))
	text("p", f.Summary.In(lang))
	if len(o.Needs) > 0 {
		text("h2", l.T("builder.preview.needs"))
		b.WriteString("<ul>")
		for _, n := range o.Needs {
			text("li", n.In(lang))
		}
		b.WriteString("</ul>")
	}
	fact := func(key, value string) {
		if value != "" {
			text("h2", l.T(key))
			text("p", value)
		}
	}
	meta := f.Def.Meta
	fact("builder.preview.signers", o.Signers.In(lang))
	if meta.Overview.Opens != "" {
		fact("builder.preview.opens", l.ISODate(meta.Overview.Opens))
	}
	last := meta.Overview.LastDay
	if len(last) == len("2026-04-30") {
		last = l.ISODate(last)
	}
	fact("builder.preview.last-day", last)
	fact("builder.preview.decision", o.Decision.In(lang))
	part("builder.preview.help", o.Help.In(lang))
	part("builder.preview.handling", o.Handling.In(lang))
	part("builder.preview.other-way", o.OtherWay.In(lang))
	return tame([]byte(b.String()), lang)
}

// lower headings stand below those of the page that the preview stands on.
var lower = map[string]string{"h1": "h4", "h2": "h5", "h3": "h6", "h4": "h6"}

// tame makes a page of questions into something to look at: no form that could be sent, no names that are posted, no hooks of scripts, and ids of
// its own, so that two languages can stand on one page.
func tame(page []byte, lang string) template.HTML {
	ids := func(v string) string {
		var out []string
		for _, id := range strings.Fields(v) {
			out = append(out, "p-"+lang+"-"+id)
		}
		return strings.Join(out, " ")
	}
	z := html.NewTokenizer(strings.NewReader(string(page)))
	var b strings.Builder
	skip := 0 // within what is left out
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return template.HTML(b.String()) // #nosec G203: what the renderer escaped, without attributes
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			t := z.Token()
			if t.Data == "button" && (kind == html.EndTagToken && skip > 0 || hidden(t)) {
				if skip = 1; kind == html.EndTagToken {
					skip = 0
				}
				continue
			}
			if skip > 0 {
				continue
			}
			if to, ok := lower[t.Data]; ok && kind != html.SelfClosingTagToken {
				t.Data = to
			}
			if t.Data == "form" {
				t.Data = "div"
			}
			t.Attr = slices.DeleteFunc(t.Attr, func(at html.Attribute) bool {
				switch at.Key {
				case "action", "method", "enctype", "novalidate", "name", "autofocus", "formaction", "autocomplete":
					return t.Data != "details" || at.Key != "name"
				}
				return strings.HasPrefix(at.Key, "data-") && !slices.Contains([]string{"data-size", "data-color", "data-variant"}, at.Key)
			})
			if t.Data == "input" && slices.ContainsFunc(t.Attr, func(at html.Attribute) bool { return at.Key == "type" && at.Val == "hidden" }) {
				continue
			}
			for i := range t.Attr {
				switch t.Attr[i].Key {
				case "id", "for", "aria-describedby", "aria-labelledby", "aria-controls":
					t.Attr[i].Val = ids(t.Attr[i].Val)
				case "href":
					if id, ok := strings.CutPrefix(t.Attr[i].Val, "#"); ok {
						t.Attr[i].Val = "#" + ids(id)
					}
				case "type":
					if t.Data == "button" {
						t.Attr[i].Val = "button"
					}
				}
			}
			b.WriteString(t.String())
		default:
			if skip == 0 {
				b.Write(z.Raw())
			}
		}
	}
}

// hidden reports whether a button is the one that Enter presses, which nobody sees.
func hidden(t html.Token) bool {
	return t.Type == html.StartTagToken && slices.ContainsFunc(t.Attr, func(at html.Attribute) bool { return at.Key == "aria-hidden" && at.Val == "true" })
}

package builder

import (
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/owned"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// words puts what the use cases give into the reader's language.
type words struct{ *i18n.Locale }

func (a *area) words(r *httpkit.Request) words { return words{r.Locale()} }

// item names an item: "Fråga: Vilket barn gäller ansökan?".
func (w words) item(it owned.Item) string {
	s := w.T("builder.item." + string(it.What))
	if of := it.Of; of != "" {
		s += ": " + of
	}
	return s
}

// itemIn names an item with its language, where the language is not said beside it.
func (w words) itemIn(it owned.Item) string {
	if it.Lang == "" || it.Lang == "sv" {
		return w.item(it)
	}
	return w.item(it) + " (" + strings.ToLower(w.language(it.Lang)) + ")"
}

// language names a language.
func (w words) language(lang string) string {
	if w.Has("builder.language." + lang) {
		return w.T("builder.language." + lang)
	}
	return lang
}

// group names a group: a page of the form by its title.
func (w words) group(f *forms.Form, group string) string {
	id, page := strings.CutPrefix(group, "page:")
	if !page {
		return w.T("builder.group." + group)
	}
	for _, p := range f.Pages {
		if p.ID == id {
			return w.T("builder.group.page", "title", p.Title.In(w.Lang))
		}
	}
	return id
}

// value reads as people say it.
func (w words) value(it owned.Item, v string) string {
	switch {
	case it.Kind == owned.YesNo:
		return w.T("builder.value." + v)
	case it.Kind == owned.Choice:
		return w.choice(v)
	case v == "":
		return w.T("builder.value.empty")
	case it.Kind == owned.Date || it.Kind == owned.Day && len(v) == len("2026-04-30"):
		return w.ISODate(v)
	}
	return v
}

func (w words) choice(v string) string {
	switch v {
	case owned.Always, owned.Never:
		return w.T("builder.choice." + v)
	}
	return w.T("builder.choice.condition")
}

// change is one change in words, old and new.
type change struct {
	What, Was, Now string
	Lang           string // of the texts, when it is not the page's
	Note           string // why it cannot be made
}

func (w words) change(f *owned.Form, c owned.Change) change {
	it, ok := f.Item(c.Item)
	if !ok {
		return change{What: w.T("builder.item.gone"), Was: c.Was, Now: c.Value}
	}
	out := change{What: w.group(f.Form, it.Group) + " › " + w.itemIn(it), Was: w.value(it, c.Was), Now: w.value(it, c.Value)}
	if it.Lang != "" && it.Lang != w.Lang {
		out.Lang = it.Lang
	}
	return out
}

func (w words) changes(f *owned.Form, list []owned.Change) []change {
	var out []change
	for _, c := range list {
		out = append(out, w.change(f, c))
	}
	return out
}

func (w words) conflicts(f *owned.Form, list []owned.Conflict) []change {
	var out []change
	for _, c := range list {
		x := w.change(f, c.Change)
		x.Note = w.T("builder.conflict." + c.Why)
		if c.Why == owned.Altered {
			if it, ok := f.Item(c.Item); ok {
				x.Was = w.value(it, c.Now)
			}
		}
		out = append(out, x)
	}
	return out
}

// who says who published: a person, or those who deploy.
func (w words) who(e flow.Entry) string {
	if e.Source == flow.FromFiles {
		return w.T("builder.history.files")
	}
	return w.T("builder.history.by", "name", e.By.Name, "approver", e.ApprovedBy.Name)
}

func (w words) proposalTag(p *flow.Proposal) ui.Tag {
	tone := ui.Info
	if p.State == flow.Reviewing {
		tone = ui.Warning
	}
	return ui.Tag{Text: w.T("builder.state." + string(p.State)), Tone: tone}
}

func (w words) authors(p *flow.Proposal) string {
	var names []string
	for _, a := range p.Authors {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
}

// drafts says how open applications stand.
func (w words) drafts(r flow.DraftReport) string {
	if r.Open == 0 {
		return w.T("builder.drafts.none")
	}
	s := w.T("builder.drafts.open", "n", r.Open) + " " + w.T("builder.drafts.clean", "n", r.Clean)
	if r.More {
		s += " " + w.T("builder.drafts.more")
	}
	return s
}

// policy says what became of open applications at a publication, and how many of them fitted it.
func (w words) policy(tenant identity.TenantID, e flow.Entry) string {
	s := w.T("builder.policy." + e.Policy.Kind + ".done")
	if r, counted := e.Drafts(tenant); counted {
		s += " " + w.T("builder.drafts.then", "n", r.Open)
		if r.Open > 0 {
			s += " " + w.T("builder.drafts.fitted", "n", r.Clean)
		}
	}
	return s
}

// waiting says why new files are not published, and who has to mend it.
func (w words) waiting(v *flow.OwnedView) *ui.Notice {
	why := "silent"
	if v.Waiting.Unfit {
		why = "unfit"
	}
	return &ui.Notice{Tone: ui.Warning, Title: w.T("builder.files.title"),
		Text: w.T("builder.files."+why, "time", w.DateTime(v.Waiting.Since), "who", v.Form.Def.Meta.Responsible.Development)}
}

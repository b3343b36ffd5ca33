package builder

import (
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/forms/owned"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// editPage is /admin/tjanster/{form}/forslag/{proposal}/andra/{group}: the items of a group, and the page they stand on beside them.
type editPage struct {
	ui.Shell
	Name      string
	URL       string
	Proposal  string // address, "" before anything is saved
	Cancel    string
	GroupName string
	Key       string // of the form, for script that shows the page again
	Rev       int64
	Groups    []ui.Link
	Sets      []itemSet
	Notices   []ui.Notice
	Preview   *preview
}

// itemSet is one thing in all its languages, side by side.
type itemSet struct {
	Title  string
	Hint   string
	Fields []itemField
}

// itemField is one control.
type itemField struct {
	ui.Field
	Control  string // "input", "textarea", "radios"
	Language string // of what is written in it
	Now      string // what is published, when that is another
}

// showEdit is GET.
func (a *area) showEdit(r *httpkit.Request) error {
	v, err := a.Flow.EditGroup(r.Context(), r.Actor(), r.Param("form"), proposalID(r), r.Param("group"), nil)
	if err != nil {
		return err
	}
	if v.Proposal.State != flow.Writing {
		return r.See(proposalURL(v.ID, v.Proposal.ID))
	}
	return a.editing(r, http.StatusOK, v, v.Proposal.Rev)
}

// saveEdit is POST: saves, or shows the page with what has been typed (op=update).
func (a *area) saveEdit(r *httpkit.Request) error {
	form, id, group := r.Param("form"), proposalID(r), r.Param("group")
	typed := map[string]string{}
	for name, values := range r.Form() {
		if len(values) > 0 {
			typed[name] = values[0]
		}
	}
	rev := int64(0)
	if id != "" {
		rev = revision(r)
	}
	if r.Form().Get("op") == "update" {
		v, err := a.Flow.EditGroup(r.Context(), r.Actor(), form, id, group, typed)
		if err != nil {
			return err
		}
		return a.editing(r, http.StatusOK, v, rev)
	}
	p, problems, err := a.Flow.SaveProposal(r.Context(), r.Actor(), form, id, rev, group, typed)
	conflict := errors.Is(err, fault.Conflict)
	if err != nil && !conflict {
		return err
	}
	if len(problems) > 0 || conflict {
		v, err := a.Flow.EditGroup(r.Context(), r.Actor(), form, id, group, typed)
		if err != nil {
			return err
		}
		if conflict { // somebody else has saved: what was typed is here, and saving again keeps it
			return a.editing(r, http.StatusConflict, v, v.Proposal.Rev)
		}
		return a.editing(r, http.StatusUnprocessableEntity, v, rev)
	}
	return a.site.Done(r, a.words(r).T("builder.edit.saved"), proposalURL(form, p.ID))
}

func (a *area) editing(r *httpkit.Request, status int, v *flow.EditView, rev int64) error {
	w := a.words(r)
	f := v.Form.Form
	name := w.group(f, v.Group)
	p := editPage{Shell: a.site.Shell(r, w.T("builder.edit.title", "group", name, "name", f.Title.In(r.Lang))), Name: f.Title.In(r.Lang), GroupName: name,
		URL: editURL(v.ID, v.Proposal.ID, v.Group), Cancel: serviceURL(v.ID), Key: "andra-" + strings.ReplaceAll(v.Group, ":", "-"), Rev: max(rev, 0)}
	p.Wide = true
	p.Back = &ui.Link{Text: w.T("builder.edit.back"), URL: serviceURL(v.ID)}
	if v.Proposal.ID != "" {
		p.Proposal, p.Cancel = proposalURL(v.ID, v.Proposal.ID), proposalURL(v.ID, v.Proposal.ID)
		p.Back = &ui.Link{Text: w.T("builder.edit.back-proposal"), URL: p.Proposal}
	}
	for _, g := range v.Groups {
		p.Groups = append(p.Groups, ui.Link{Text: w.group(f, g), URL: editURL(v.ID, v.Proposal.ID, g), Current: g == v.Group})
	}
	if status == http.StatusConflict {
		p.Notices = append(p.Notices, ui.Notice{Tone: ui.Warning, Title: w.T("builder.edit.conflict"), Text: w.T("builder.edit.conflict-text")})
	}
	p.sets(w, v)
	if status == http.StatusUnprocessableEntity {
		for _, s := range p.Sets {
			for _, f := range s.Fields {
				if f.Error != "" {
					p.Problems = append(p.Problems, f.Problem())
				}
			}
		}
	}
	for _, l := range v.Lint {
		if l.Item == "" {
			p.Notices = append(p.Notices, ui.Notice{Tone: ui.Danger, Title: w.T("builder.lint.title"), HTML: foreign(l.What)})
		}
	}
	p.Preview = a.preview(w, v)
	return admin.Show(r, status, a.edit, p)
}

// sets puts the items of one thing together: a text with its translations.
func (p *editPage) sets(w words, v *flow.EditView) {
	at := map[string]int{} // key → set
	problems := map[string]forms.Problem{}
	for _, x := range v.Problems {
		problems[string(x.Pointer)] = x
	}
	for n, it := range v.Items {
		i, ok := at[it.Key]
		if !ok {
			i = len(p.Sets)
			at[it.Key] = i
			p.Sets = append(p.Sets, itemSet{Title: w.item(it), Hint: w.hint(v, it)})
		}
		s := &p.Sets[i]
		f := w.field(it, n)
		if it.Lang == "" { // nothing stands beside it
			f.Hint, s.Hint = s.Hint, ""
		}
		if now, differs := v.Now[it.ID()]; differs {
			f.Now = w.value(it, now)
		}
		if bad, ok := problems[it.ID()]; ok {
			f.Error = w.itemProblem(it, bad, s.Title)
		}
		for _, c := range v.Stale {
			if c.Item == it.ID() {
				f.Error = w.T("builder.edit.stale", "now", w.value(it, c.Now))
			}
		}
		for _, l := range v.Lint {
			if l.Item == it.ID() && f.Error == "" {
				f.Error = w.T("builder.lint.at", "what", l.What)
			}
		}
		s.Fields = append(s.Fields, f)
	}
}

func (w words) hint(v *flow.EditView, it owned.Item) string {
	key := "builder.hint." + string(it.What)
	s := ""
	if w.Has(key) {
		s = w.T(key)
	}
	if sv, ok := v.Tenant.Service(v.ID); ok && (it.Key == "overview.otherWay" && sv.OtherWay != "" || it.Key == "overview.lastDay" && sv.LastDay != "") {
		s = strings.TrimSpace(s + " " + w.T("builder.hint.overridden"))
	}
	return s
}

// field is the control of an item. Its label is the language, or the item itself where there is only one.
func (w words) field(it owned.Item, n int) itemField {
	f := itemField{Field: ui.Field{Name: it.ID(), ID: "i" + strconv.Itoa(n), Label: w.item(it), Value: it.Value}, Control: "input", Language: it.Lang}
	if it.Lang != "" {
		f.Label = w.language(it.Lang)
	}
	switch it.Kind {
	case owned.Text, owned.Markdown:
		f.Control, f.Rows = "textarea", min(12, max(2, strings.Count(it.Value, "\n")+1+len(it.Value)/60))
	case owned.Date, owned.Day:
		f.Width = 12
	case owned.Number:
		f.Width, f.InputMode, f.Suffix = 6, "numeric", w.T("builder.unit."+unit(it.What))
	case owned.Days:
		f.Width = 20
	case owned.YesNo:
		f.Control = "radios"
		for _, v := range []string{"true", "false"} {
			f.Options = append(f.Options, ui.Choice{Value: v, Label: w.T("builder.value." + v), Checked: v == it.Value})
		}
	case owned.Choice:
		f.Control = "radios"
		for _, v := range it.Choices {
			f.Options = append(f.Options, ui.Choice{Value: v, Label: w.choice(v), Checked: v == it.Value})
		}
	}
	return f
}

func unit(what owned.What) string {
	if what == "minutes" {
		return "minutes"
	}
	return "days"
}

// itemProblem says what is wrong with an item: a date that is typed in one field is asked for in its own words.
func (w words) itemProblem(it owned.Item, p forms.Problem, label string) string {
	if p.Code == forms.NotADate {
		return w.T("builder.problem."+string(it.Kind), "label", label)
	}
	return w.problem(p, label)
}

func (w words) problem(p forms.Problem, label string) string {
	return admin.ProblemText(w.Locale, p, label, "")
}

// foreign marks what lint says, which is in English as authors read it.
func foreign(s string) template.HTML {
	return template.HTML(`<p lang="en">` + template.HTMLEscapeString(s) + `</p>`) // #nosec G203: escaped here
}

package builder

import (
	"net/http"
	"strings"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/forms/diff"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// proposalPage is /admin/tjanster/{form}/forslag/{proposal}: what it changes, and what the reader can do with it.
type proposalPage struct {
	ui.Shell
	Name, URL        string
	State            ui.Tag
	Authors, Changed string
	Rev              int64
	Head             string
	Changes          []change
	Settled          int
	Notices          []ui.Notice
	Stale            []change
	Groups           []ui.Link // where it can be changed
	Effect           ui.Notice
	Note, Drafts     string // of one that waits
	PolicyText       string
	Mapping          []string
	Write            *writeForm // the reader may send it on
	Recall, Withdraw bool
	Pass             *passForm // the reader may approve it
	Own              bool      // the reader approves others', and has written in this one
}

// writeForm sends a proposal to a second person.
type writeForm struct {
	Note, Policy, Mapping ui.Field
	Drafts                string
}

// passForm is the second person's.
type passForm struct {
	Reason ui.Field
}

// typedProposal is what was typed on the page.
type typedProposal struct {
	note, kind, mapping, reason string
	problems                    []forms.Problem
	badLine                     string // of the mapping
}

func (a *area) showProposal(r *httpkit.Request) error {
	return a.proposalPage(r, http.StatusOK, "title", nil)
}

// submit is POST …/skicka.
func (a *area) submit(r *httpkit.Request) error {
	form, id := r.Param("form"), proposalID(r)
	in := &typedProposal{note: r.Form().Get("skal"), kind: r.Form().Get("utkast"), mapping: r.Form().Get("flytt")}
	policy, bad := parsePolicy(in.kind, in.mapping)
	if bad != "" {
		in.badLine = bad
		return a.proposalPage(r, http.StatusUnprocessableEntity, "submit-page", in)
	}
	problems, err := a.Flow.SubmitProposal(r.Context(), r.Actor(), form, id, revision(r), in.note, policy)
	if err != nil {
		return err
	}
	if in.problems = problems; len(problems) > 0 {
		return a.proposalPage(r, http.StatusUnprocessableEntity, "submit-page", in)
	}
	return a.site.Done(r, a.words(r).T("builder.proposal.submitted"), proposalURL(form, id))
}

// recall is POST …/hamta-tillbaka.
func (a *area) recall(r *httpkit.Request) error {
	form, id := r.Param("form"), proposalID(r)
	if err := a.Flow.RecallProposal(r.Context(), r.Actor(), form, id, revision(r)); err != nil {
		return err
	}
	return a.site.Done(r, a.words(r).T("builder.proposal.recalled"), proposalURL(form, id))
}

// withdraw is POST …/kasta.
func (a *area) withdraw(r *httpkit.Request) error {
	form := r.Param("form")
	if err := a.Flow.WithdrawProposal(r.Context(), r.Actor(), form, proposalID(r), revision(r)); err != nil {
		return err
	}
	return a.site.Done(r, a.words(r).T("builder.proposal.withdrawn"), serviceURL(form))
}

// approve is POST …/godkann.
func (a *area) approve(r *httpkit.Request) error {
	form := r.Param("form")
	if err := a.Flow.ApproveProposal(r.Context(), r.Actor(), form, proposalID(r), revision(r), r.Form().Get("pa")); err != nil {
		return err
	}
	return a.site.Done(r, a.words(r).T("builder.proposal.published"), serviceURL(form))
}

// sendBack is POST …/atersand.
func (a *area) sendBack(r *httpkit.Request) error {
	form, id := r.Param("form"), proposalID(r)
	in := &typedProposal{reason: r.Form().Get("skal")}
	problems, err := a.Flow.ReturnProposal(r.Context(), r.Actor(), form, id, revision(r), in.reason)
	if err != nil {
		return err
	}
	if in.problems = problems; len(problems) > 0 {
		return a.proposalPage(r, http.StatusUnprocessableEntity, "return-page", in)
	}
	return a.site.Done(r, a.words(r).T("builder.proposal.returned"), serviceURL(form))
}

// proposalPage shows a proposal; an address of its own that a form was posted to has a title of its own.
func (a *area) proposalPage(r *httpkit.Request, status int, title string, in *typedProposal) error {
	v, err := a.Flow.Proposal(r.Context(), r.Actor(), r.Param("form"), proposalID(r))
	if err != nil {
		return err
	}
	w, x, f := a.words(r), v.Proposal, v.Form.Form
	p := proposalPage{Shell: a.site.Shell(r, w.T("builder.proposal."+title, "name", f.Title.In(r.Lang))), Name: f.Title.In(r.Lang), URL: proposalURL(v.ID, x.ID),
		State: w.proposalTag(x), Authors: w.authors(x), Changed: w.DateTime(x.Changed), Rev: x.Rev, Head: v.Head, Changes: w.changes(v.Form, v.Made),
		Settled: len(x.Settled), Stale: w.conflicts(v.Form, v.Stale), Note: x.Note, Own: v.OwnedView.MayPass && x.Author(r.Actor().Staff.Subject),
		Effect: ui.Notice{Tone: effects[v.Effect].tone, Text: w.T("builder.effect." + effects[v.Effect].key)}}
	p.Back = &ui.Link{Text: f.Title.In(r.Lang), URL: serviceURL(v.ID)}
	if x.Reason != "" && x.State == flow.Writing {
		p.Notices = append(p.Notices, ui.Notice{Tone: ui.Warning, Title: w.T("builder.proposal.reason"), Text: x.Reason})
	}
	for _, l := range v.Lint {
		title := w.T("builder.lint.title")
		if it, ok := v.Form.Item(l.Item); ok {
			title += " " + w.itemIn(it)
		}
		p.Notices = append(p.Notices, ui.Notice{Tone: ui.Danger, Title: title, HTML: foreign(l.What)})
	}
	if x.State == flow.Reviewing {
		p.Drafts = w.drafts(v.Report)
		p.PolicyText = w.T("builder.policy." + x.Policy.Kind + ".hint")
		p.Mapping = mappingLines(x.Policy)
		p.Recall = v.MayChange
		if v.MayPass {
			p.Pass = &passForm{Reason: ui.Field{Name: "skal", ID: "skal", Label: w.T("builder.proposal.return-reason"), Rows: 3}}
			if in != nil {
				p.Pass.Reason.Value = in.reason
			}
		}
	} else if v.MayChange {
		seen := map[string]bool{}
		for _, it := range v.Form.Items {
			if !seen[it.Group] {
				seen[it.Group] = true
				p.Groups = append(p.Groups, ui.Link{Text: w.group(f, it.Group), URL: editURL(v.ID, x.ID, it.Group)})
			}
		}
		if p.Write, err = a.writeForm(r, w, v, in); err != nil {
			return err
		}
	}
	p.Withdraw = v.MayChange
	p.tell(w, in)
	return admin.Show(r, status, a.proposal, p)
}

// effects are what a change can do to open applications, by forms/diff.
var effects = map[diff.Effect]struct {
	key  string
	tone ui.Tone
}{diff.Safe: {"safe", ui.Info}, diff.Asks: {"asks", ui.Warning}, diff.Breaks: {"breaks", ui.Danger}}

func (a *area) writeForm(r *httpkit.Request, w words, v *flow.ProposalView, in *typedProposal) (*writeForm, error) {
	x := v.Proposal
	if in == nil {
		in = &typedProposal{note: x.Note, kind: x.Policy.Kind, mapping: strings.Join(mappingLines(x.Policy), "\n")}
	}
	out := &writeForm{
		Note:    ui.Field{Name: "skal", ID: "skal", Label: w.T("builder.proposal.note"), Hint: w.T("builder.proposal.note-hint"), Value: in.note, Rows: 3},
		Policy:  ui.Field{Name: "utkast", ID: "utkast", Label: w.T("builder.policy.label")},
		Mapping: ui.Field{Name: "flytt", ID: "flytt", Label: w.T("builder.policy.mapping"), Hint: w.T("builder.policy.mapping-hint"), Value: in.mapping, Rows: 4, Optional: true},
	}
	for _, k := range []string{flow.Keep, flow.Migrate, flow.Restart} {
		out.Policy.Options = append(out.Policy.Options, ui.Choice{Value: k, Label: w.T("builder.policy." + k + ".label"), Hint: w.T("builder.policy." + k + ".hint"), Checked: k == in.kind})
	}
	if v.Next == nil {
		return out, nil
	}
	policy, bad := parsePolicy(in.kind, in.mapping)
	if bad != "" {
		policy = flow.Policy{Kind: flow.Keep}
	}
	report, err := a.Flow.CountDrafts(r.Context(), r.Actor(), v.ID, x.ID, policy)
	out.Drafts = w.drafts(report)
	return out, err
}

// tell puts what is wrong at its control, and into the summary.
func (p *proposalPage) tell(w words, in *typedProposal) {
	if in == nil {
		return
	}
	at := func(f *ui.Field, text string) {
		f.Error = text
		p.Problems = append(p.Problems, f.Problem())
	}
	for _, x := range in.problems {
		switch {
		case x.Pointer == "/note" && p.Write != nil:
			at(&p.Write.Note, w.problem(x, p.Write.Note.Label))
		case x.Pointer == "/policy" && p.Write != nil:
			at(&p.Write.Mapping, w.T("builder.policy.wrong", "pointer", x.Params["pointer"]))
		case x.Pointer == "/reason" && p.Pass != nil:
			at(&p.Pass.Reason, w.problem(x, p.Pass.Reason.Label))
		default:
			p.Problems = append(p.Problems, ui.ProblemLink{Text: w.T("builder.proposal.nothing"), Target: "andringar"})
		}
	}
	if in.badLine != "" && p.Write != nil {
		at(&p.Write.Mapping, w.T("builder.policy.bad-line", "line", in.badLine))
	}
}

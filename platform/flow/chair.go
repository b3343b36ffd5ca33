package flow

import (
	"context"
	"io"
	"slices"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/store"
	"samtjanst/platform/vault"
	"samtjanst/renderer"
	"samtjanst/renderer/pdf"
)

// Who is elected sees the decision that he or she is asked to take, with the papers that it rests on, and nothing else of the board's: not
// before the own turn, not when somebody else has decided, not after having said that somebody else must.

// signerCase opens a case in which the actor is asked to sign the decision, or has signed it, and notes that it was read. For everybody
// else it does not exist; a colleague who works with the case has the reach of one.
func (s *Service) signerCase(ctx context.Context, a identity.Actor, id casework.ID, what, detail string) (*vault.Entry, *casework.Party, error) {
	const op = "flow.signerCase"
	if a.Staff == nil {
		return nil, nil, fault.New(op, fault.Unauthorised, nil)
	}
	e, err := s.Vault.Load(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	p := e.Case.Signer(a.Staff.Subject)
	if worksWith(a, &e.Case, anyStaff...) && !worksWith(a, &e.Case, handlers...) && p == nil {
		return nil, nil, fault.New(op, fault.Forbidden, nil)
	}
	switch {
	case p == nil:
		return nil, nil, fault.New(op, fault.NotFound, nil)
	case worksWith(a, &e.Case, handlers...):
	case !a.Has(identity.AuthorityID(e.Case.Authority), identity.Chair) || !chairReads(&e.Case, p):
		return nil, nil, fault.New(op, fault.NotFound, nil)
	}
	able, err := s.mayStill(ctx, e, p)
	if err != nil {
		return nil, nil, err
	}
	if !able {
		return nil, nil, fault.New(op, fault.NotFound, nil)
	}
	if what != "" {
		err := s.Vault.Store.AppendReads(ctx, []store.Read{{At: s.Clock.Now(), Authority: e.Case.Authority, Case: string(id),
			Staff: a.Staff.Subject, What: what, Detail: detail}})
		if err != nil { // a read that cannot be noted does not happen
			return nil, nil, fault.Wrap(op, err)
		}
	}
	return e, p, nil
}

// chairReads reports whether it is, or was and ended by, the own turn of somebody elected.
func chairReads(c *casework.Case, p *casework.Party) bool {
	pl := placeOf(c, p.ID)
	return !pl.Asked.IsZero() && (pl.May() && !c.OrderOf(p.ID).Ended || pl.State.Done()) || decidedByWord(c, p)
}

// decidedByWord reports whether somebody took the decision without a signature.
func decidedByWord(c *casework.Case, p *casework.Party) bool {
	return c.Decision != nil && c.Decision.Oral != nil && c.Decision.By == p.Subject
}

// TookDecision reports whether the actor has taken the decision, by signing it or by word of mouth: who is elected has no page of the case that
// says so. For whom there is nothing to sign, and was nothing, the case does not exist.
func (s *Service) TookDecision(ctx context.Context, a identity.Actor, id casework.ID) (bool, error) {
	e, p, err := s.signerCase(ctx, a, id, "", "")
	if err != nil {
		return false, err
	}
	return placeOf(&e.Case, p.ID).State.Done() || decidedByWord(&e.Case, p), nil
}

// Paper is something that a decision rests on, as who is to sign it may open it.
type Paper struct {
	ID   string
	Name string
	Type string
	Size int64
}

// signerPapers lists what somebody who is to sign may read beside the decision: what was handed in, and its attachments.
func signerPapers(c *casework.Case) []Paper {
	out := []Paper{{ID: AnswersPaper, Type: "application/pdf"}}
	for _, r := range c.Content.Attachments {
		out = append(out, Paper{ID: r.Part.ID, Name: r.Part.Name, Type: r.Part.Media, Size: r.Part.Size})
	}
	return out
}

// SignerPaper gives somebody who is to sign a decision its document, or one of its papers.
func (s *Service) SignerPaper(ctx context.Context, a identity.Actor, id casework.ID, paper string) (*File, error) {
	e, _, err := s.signerCase(ctx, a, id, "document", "decision")
	if err != nil {
		return nil, err
	}
	c := &e.Case
	switch {
	case c.Decision.PDF != nil && paper == c.Decision.PDF.Part.ID:
		raw, err := s.Vault.Part(ctx, e, casework.PartID(paper))
		if err != nil {
			return nil, err
		}
		return fileOf("beslut-"+c.Reference+".pdf", "application/pdf", raw), nil
	case paper == AnswersPaper:
		g, sv, err := s.graphOf(ctx, c)
		if err != nil {
			return nil, err
		}
		v, err := s.commonView(ctx, e, g, sv, nil)
		if err != nil {
			return nil, err
		}
		blocks := append([]pdf.Block{pdf.Heading{Level: 1, Text: pdf.Text(g.Form.Title["sv"])}}, blocksOf(s.read(v, renderer.Officer, false), 2)...)
		return render(s.doc(c, sv, g.Form.Title["sv"], "sv", s.Clock.Now(), blocks...), AnswersPaper+"-"+c.Reference+".pdf")
	}
	for _, r := range c.Content.Attachments {
		if r.Part.ID == paper {
			return s.openAttachment(ctx, r)
		}
	}
	return nil, fault.New("flow.SignerPaper", fault.NotFound, nil)
}

// AskOfficer asks the officer something before the decision is taken. Pointer of problems: /text. fault.Conflict when it is not the actor's turn.
func (s *Service) AskOfficer(ctx context.Context, a identity.Actor, id casework.ID, text string) ([]forms.Problem, error) {
	e, p, err := s.signerCase(ctx, a, id, "", "")
	if err != nil {
		return nil, err
	}
	text, problems := needed("text", text)
	if problems != nil {
		return problems, nil
	}
	_, err = s.change(ctx, e.Case.ID, s.stamp(byStaff, p.Name), func(*vault.Entry) (casework.Event, []vault.Blob, error) {
		return casework.QuestionAsked{Party: p.ID, Text: text}, nil, nil
	})
	return nil, err
}

// questionsOf are somebody's own questions, with their answers.
func questionsOf(c *casework.Case, p signing.PartyID) []casework.Question {
	return slices.DeleteFunc(slices.Clone(c.Questions), func(q casework.Question) bool { return q.Party != p })
}

// AnswerQuestion answers a question; who asked is told that there is an answer. Pointer of problems: /answer.
func (s *Service) AnswerQuestion(ctx context.Context, a identity.Actor, id casework.ID, question int, text string) ([]forms.Problem, error) {
	text, problems := needed("answer", text)
	if problems != nil {
		return problems, nil
	}
	if a.Staff == nil {
		return nil, fault.New("flow.AnswerQuestion", fault.Unauthorised, nil)
	}
	return nil, s.staffChange(ctx, a, id, nil, casework.QuestionAnswered{Question: question, Text: text, Name: a.Staff.Name}, handlers...)
}

// CallInput is what the officer notes of a call.
type CallInput struct {
	Party   signing.PartyID
	Day     string // YYYY-MM-DD
	Clock   string // HH:MM
	Outcome casework.CallOutcome
	Note    string
}

// NoteCall notes a call to somebody who is to decide. Pointers of problems: /party, /day, /clock, /outcome, /note.
func (s *Service) NoteCall(ctx context.Context, a identity.Actor, id casework.ID, in CallInput) ([]forms.Problem, error) {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return nil, err
	}
	var problems []forms.Problem
	if !e.Case.Signing(in.Party) {
		problems = problem("party", forms.Required)
	}
	at, wrong := moment("day", "clock", in.Day, in.Clock, s.Clock.Now())
	problems = append(problems, wrong...)
	if !slices.Contains(casework.CallOutcomes, in.Outcome) {
		problems = append(problems, problem("outcome", forms.Required)...)
	}
	note, wrong := noted(in.Note)
	if problems = append(problems, wrong...); len(problems) > 0 {
		return problems, nil
	}
	return nil, s.staffChange(ctx, a, id, nil, casework.Called{Party: in.Party, At: at, By: a.Staff.Name, Outcome: in.Outcome, Note: note}, handlers...)
}

// OralInput is what the officer notes of a decision that was taken without a signature.
type OralInput struct {
	Party  signing.PartyID
	Day    string // YYYY-MM-DD
	Clock  string // HH:MM
	How    casework.Manner
	Reason string
	Heard  string // "" the officer
	Name   string // of the scan's file; "" there is none
	Scan   io.Reader
}

// NoteOral notes that somebody took the decision by word of mouth or by pen, since no e-legitimation worked. It holds from then, and is to
// be signed when that is possible. Pointers of problems: /party, /day, /clock, /how, /reason, /heard, /scan.
func (s *Service) NoteOral(ctx context.Context, a identity.Actor, id casework.ID, in OralInput) ([]forms.Problem, error) {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return nil, err
	}
	c := &e.Case
	if c.State != casework.Deciding || c.Decision == nil || c.Decision.Kind == "" || c.Decision.PDF == nil {
		return nil, fault.Newf("flow.NoteOral", fault.Conflict, "no urgent decision waits")
	}
	var problems []forms.Problem
	add := func(p ...forms.Problem) { problems = append(problems, p...) }
	p := c.Party(in.Party)
	if p == nil || !c.Signing(in.Party) || !placeOf(c, in.Party).State.May() {
		add(problem("party", forms.Required)...)
	} else if able, err := s.mayStill(ctx, e, p); err != nil {
		return nil, err
	} else if !able {
		add(problem("party", forms.NotAnOption)...)
	}
	at, wrong := moment("day", "clock", in.Day, in.Clock, s.Clock.Now())
	add(wrong...)
	if laid := c.Decision.At.Truncate(timeStep); wrong == nil && at.Before(laid) { // what was decided stands in the proposal
		add(forms.Problem{Pointer: "/day", Code: forms.TooEarly, Params: map[string]any{"min": swedishTime(laid)}})
	}
	if in.How != casework.Orally && in.How != casework.ByPen {
		add(problem("how", forms.Required)...)
	}
	reason, wrong := needed("reason", in.Reason)
	add(wrong...)
	if in.Heard == "" {
		in.Heard = a.Staff.Name
	}
	heard, wrong := needed("heard", in.Heard)
	add(wrong...)
	ev := casework.DecidedOrally{Party: in.Party, At: at, How: in.How, Reason: reason, Heard: heard}
	var blobs []vault.Blob
	switch {
	case in.Name != "" && in.Scan != nil:
		ref, blob, wrong, err := scanned(in.Party, in.Name, in.Scan)
		if err != nil {
			return nil, err
		}
		ev.Scan, blobs = &ref, []vault.Blob{blob}
		add(wrong...)
	case in.How == casework.ByPen:
		add(problem("scan", forms.Required)...)
	}
	if len(problems) > 0 {
		return problems, nil
	}
	by, name := byWho(a)
	_, err = s.change(ctx, id, s.stamp(by, name), func(*vault.Entry) (casework.Event, []vault.Blob, error) { return ev, blobs, nil })
	return nil, err
}

package flow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"samtjanst/forms"
	"samtjanst/integrations/dispatch"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
	"samtjanst/renderer"
	"samtjanst/renderer/pdf"
)

// A decision that has been taken is sent on to other authorities: by message where there is an access point and the receiver has an address,
// with a receipt; else the officer prints it, hands it over, and notes who said on the telephone that it came. Never by mail.

// Outgoing is what messages are sent with, and to whom.
type Outgoing struct {
	Sender    dispatch.Sender             // nil: everything is printed and handed over
	Senders   map[string]dispatch.Address // our own addresses, by organisation
	Receivers map[ReceiverKey]Receiver
}

// ReceiverKey names a receiver as a board's forms do.
type ReceiverKey struct {
	Authority identity.AuthorityID // whose receiver it is
	To        string               // "court"
}

// Receiver is somebody that a board sends to.
type Receiver struct {
	Name    string
	Phone   string           // "" not known
	Address dispatch.Address // "" none
}

func (s *Service) receiver(c *casework.Case, to string) Receiver {
	if s.Outgoing == nil {
		return Receiver{}
	}
	return s.Outgoing.Receivers[ReceiverKey{identity.AuthorityID(c.Authority), to}]
}

// dispatches are those that the form has of a case's answers, as the officer reads them.
func (s *Service) dispatches(ctx context.Context, e *vault.Entry, g *Graph, sv ServiceView) ([]casework.Dispatch, error) {
	if len(g.Form.Def.Meta.Dispatch) == 0 {
		return nil, nil
	}
	v, err := s.commonView(ctx, e, g, sv, nil)
	if err != nil {
		return nil, err
	}
	list, err := g.Dispatches(v)
	if err != nil {
		return nil, err
	}
	var out []casework.Dispatch
	for _, d := range list {
		out = append(out, casework.Dispatch{To: d.To, Title: d.Title, Document: d.Document, Attach: d.Attach, Fulfils: d.Fulfils})
	}
	return out, nil
}

// sendOn sends one of the case's dispatches. Whom nothing can be sent to is the officer's to hand it over to.
func (s *Service) sendOn(ctx context.Context, e *vault.Entry, f casework.Effect) (casework.Event, error) {
	const op = "flow.sendOn"
	c := &e.Case
	d := c.Dispatch(f.Arg)
	if d == nil {
		return nil, fault.Newf(op, fault.Internal, "no dispatch %s", f.Arg)
	}
	to := s.receiver(c, d.To)
	switch {
	case s.Outgoing == nil || s.Outgoing.Sender == nil:
		return casework.DispatchByHand{Effect: f.ID, Why: casework.NoDriver}, nil
	case to.Address == "" || s.Outgoing.Senders[c.Tenant] == "":
		return casework.DispatchByHand{Effect: f.ID, Why: casework.NoReceiver}, nil
	case c.Decision == nil || c.Decision.PDF == nil: // its document is being made
		return nil, fault.New(op, fault.Unavailable, nil)
	}
	m := dispatch.Message{ID: f.ID, Conversation: string(c.ID), From: s.Outgoing.Senders[c.Tenant], To: to.Address, Subject: d.Title}
	var err error
	if m.Attachments, err = s.enclosed(ctx, e, *d); err != nil {
		return nil, err
	}
	r, err := s.Outgoing.Sender.Send(ctx, m)
	switch {
	case errors.Is(err, fault.NotFound):
		return casework.DispatchByHand{Effect: f.ID, Why: casework.NoReceiver}, nil
	case errors.Is(err, fault.Invalid):
		return casework.DispatchByHand{Effect: f.ID, Why: casework.Refused}, nil
	case err != nil:
		return nil, fault.Wrap(op, err)
	}
	return casework.DispatchReceived{Effect: f.ID, Address: string(to.Address), Message: m.ID, Receipt: r.ID}, nil
}

// Names of the documents of a dispatch that the platform makes.
const (
	CoverLetter  = "foljebrev"
	AnswersPaper = "uppgifter"
)

// enclosed are the documents that go with a dispatch: the covering letter, the decision with its signatures, the answers, the attachments.
func (s *Service) enclosed(ctx context.Context, e *vault.Entry, d casework.Dispatch) ([]dispatch.Attachment, error) {
	c := &e.Case
	var out []dispatch.Attachment
	add := func(name, media string, raw []byte) {
		out = append(out, dispatch.Attachment{Name: name, Type: media, Bytes: raw})
	}
	paper := func(what string) error {
		f, err := s.dispatchPaper(ctx, e, d, what)
		if err != nil {
			return err
		}
		raw, err := readAll(f)
		if err == nil {
			add(f.Name, f.Type, raw)
		}
		return err
	}
	if d.Document != "" {
		if err := paper(CoverLetter); err != nil {
			return nil, err
		}
	}
	if slices.Contains(d.Attach, "decision") {
		raw, err := s.Vault.Part(ctx, e, casework.PartID(c.Decision.PDF.Part.ID))
		if err != nil {
			return nil, err
		}
		add("beslut.pdf", "application/pdf", raw)
		for i, pl := range slices.Concat(c.Decision.Order.Places, c.Decision.Later.Places) {
			if pl.Evidence == "" || pl.State != signing.Signed && pl.State != signing.OnPaper {
				continue
			}
			raw, err := s.Vault.Part(ctx, e, casework.PartID(pl.Evidence))
			if err != nil {
				return nil, err
			}
			name, media := fmt.Sprintf("underskrift-%d.json", i+1), "application/json"
			if pl.State == signing.OnPaper {
				name, media = fmt.Sprintf("underskrift-%d-skannad", i+1), files.Kind(raw)
			}
			add(name, media, raw)
		}
	}
	if slices.Contains(d.Attach, "answers") {
		if err := paper(AnswersPaper); err != nil {
			return nil, err
		}
	}
	if slices.Contains(d.Attach, "attachments") {
		for i, r := range c.Content.Attachments {
			f, err := s.openAttachment(ctx, r)
			if err != nil {
				return nil, err
			}
			raw, err := readAll(f)
			if err != nil {
				return nil, err
			}
			add(fmt.Sprintf("bilaga-%d-%s", i+1, portable(r.Part.Name)), r.Part.Media, raw)
		}
	}
	return out, nil
}

// dispatchPaper makes one of the documents that exist for the dispatch alone.
func (s *Service) dispatchPaper(ctx context.Context, e *vault.Entry, d casework.Dispatch, what string) (*File, error) {
	const op = "flow.dispatchPaper"
	c := &e.Case
	g, sv, err := s.graphOf(ctx, c)
	if err != nil {
		return nil, err
	}
	switch {
	case what == AnswersPaper:
		v, err := s.commonView(ctx, e, g, sv, nil)
		if err != nil {
			return nil, err
		}
		blocks := append([]pdf.Block{pdf.Heading{Level: 1, Text: pdf.Text(g.Form.Title["sv"])}}, blocksOf(s.read(v, renderer.Officer, false), 2)...)
		return render(s.doc(c, sv, g.Form.Title["sv"], "sv", s.Clock.Now(), blocks...), AnswersPaper+".pdf")
	case what == CoverLetter && d.Document != "":
		data, err := s.documentData(ctx, e, g, sv)
		if err != nil {
			return nil, err
		}
		data["recipient"] = d.Title
		if to := s.receiver(c, d.To); to.Name != "" {
			data["recipient"] = to.Name
		}
		decisionData(c, g, data)
		md, err := s.documentText(g, d.Document, "sv", data)
		if err != nil {
			return nil, err
		}
		return render(s.doc(c, sv, d.Title, "sv", s.Clock.Now(), pdf.FromMarkdown(md)...), CoverLetter+".pdf")
	}
	return nil, fault.New(op, fault.NotFound, nil)
}

// decisionData is what documents that follow on a decision may say of it.
func decisionData(c *casework.Case, g *Graph, data map[string]any) {
	if d := c.Decision; d != nil && c.State != casework.Deciding {
		at := d.At
		if !d.DecidedAt.IsZero() {
			at = d.DecidedAt
		}
		data["outcome"], data["decided"], data["decider"] = outcomeTitle(g.Form, d.Outcome)["sv"], swedishTime(at), d.Decider()
	}
}

// DispatchPaper gives the officer a document that goes with a dispatch, to print: CoverLetter or AnswersPaper.
func (s *Service) DispatchPaper(ctx context.Context, a identity.Actor, id casework.ID, which, what string) (*File, error) {
	e, err := s.staffCase(ctx, a, id, "document", "dispatch", handlers...)
	if err != nil {
		return nil, err
	}
	d := e.Case.Dispatch(which)
	if d == nil {
		return nil, fault.New("flow.DispatchPaper", fault.NotFound, nil)
	}
	return s.dispatchPaper(ctx, e, *d, what)
}

// HandInput is what the officer notes of something handed over, or confirmed. It has not happened later than now.
type HandInput struct {
	Day   string // YYYY-MM-DD
	Clock string // HH:MM
	With  string // who said so
	Note  string
}

// HandDispatch notes that a dispatch was handed over. Pointers of problems: /day, /clock, /note.
func (s *Service) HandDispatch(ctx context.Context, a identity.Actor, id casework.ID, which string, in HandInput) ([]forms.Problem, error) {
	return s.onDispatch(ctx, a, id, which, in, func(at time.Time, name string) (casework.Event, []forms.Problem) {
		note, problems := noted(in.Note)
		return casework.DispatchDelivered{Dispatch: which, At: at, Name: name, Note: note}, problems
	})
}

// ConfirmDispatch notes that somebody at the receiver's has said that what was handed over has come. Pointers of problems: /day, /clock, /with.
func (s *Service) ConfirmDispatch(ctx context.Context, a identity.Actor, id casework.ID, which string, in HandInput) ([]forms.Problem, error) {
	return s.onDispatch(ctx, a, id, which, in, func(at time.Time, name string) (casework.Event, []forms.Problem) {
		with, problems := needed("with", in.With)
		return casework.DispatchConfirmed{Dispatch: which, At: at, With: with, Name: name}, problems
	})
}

func (s *Service) onDispatch(ctx context.Context, a identity.Actor, id casework.ID, which string, in HandInput, record func(time.Time, string) (casework.Event, []forms.Problem)) ([]forms.Problem, error) {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return nil, err
	}
	d := e.Case.Dispatch(which)
	if d == nil {
		return nil, fault.New("flow.onDispatch", fault.NotFound, nil)
	}
	at, problems := moment("day", "clock", in.Day, in.Clock, s.Clock.Now())
	first := e.Case.Decision.At
	if !e.Case.Decision.DecidedAt.IsZero() {
		first = e.Case.Decision.DecidedAt
	}
	if d.Handed.After(first) {
		first = d.Handed
	}
	if problems == nil && at.Before(first.Truncate(time.Minute)) {
		problems = []forms.Problem{{Pointer: "/day", Code: forms.TooEarly, Params: map[string]any{"min": swedishTime(first)}}}
	} else if problems == nil && at.Before(first) {
		at = first // the same minute
	}
	by, name := byWho(a)
	ev, wrong := record(at, a.Staff.Name)
	if problems = append(problems, wrong...); len(problems) > 0 {
		return problems, nil
	}
	_, err = s.change(ctx, id, s.stamp(by, name), func(*vault.Entry) (casework.Event, []vault.Blob, error) { return ev, nil, nil })
	return nil, err
}

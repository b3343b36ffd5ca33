package flow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/integrations/eid"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
)

// Decisions that are signed. What is laid before those who decide is the document as the parties would get it; they sign it, are against it
// or are hindered, with the same orders, e-legitimations and evidence as everybody else.

// DecisionToSign is a proposed decision as somebody who is to sign it sees it.
type DecisionToSign struct {
	Case      casework.ID
	Reference string
	Subject   string
	Outcome   string   // its title
	Grounds   []string // what it rests on, by their titles
	Document  string   // part id of the PDF; "" while it is being made
	Text      string   // shown in the app
	Digest    string   // of the manifest
	Deadline  time.Time
	Places    []signing.Place
	Names     map[signing.PartyID]string
	Me        signing.PartyID
	MaySign   bool
	Offers    eid.Offers
	Order     *Started // nil before it has started
	Status    eid.Status
	Right     string              // by what right the reader decides; "" it is not said
	Papers    []Paper             // what the decision rests on
	Questions []casework.Question // the reader's own, with their answers
	Later     bool                // it was decided by word of mouth, and is only to be signed
	Asks      bool                // the reader may ask the officer something
	Before    *casework.No        // who was against an earlier proposal; nil nobody was
	News      string              // what is new since then
}

// mayDecide reports whether an officer may take this decision, or propose it to those who sign it.
func mayDecide(a identity.Actor, authority string, d forms.Decision, in DecisionInput) bool {
	if in.Propose {
		return d.Sign != nil
	}
	if d.Sign != nil && d.Sign.Kind != "" { // the register says who may
		return true
	}
	return a.Has(identity.AuthorityID(authority), identity.Decider)
}

// deciders are those who sign a decision: the chosen colleagues, who may decide, or the one who takes it. fault.Invalid when one of them may
// not, is named twice, or has no number to sign with.
func (s *Service) deciders(ctx context.Context, a identity.Actor, c *casework.Case, sign *forms.DecisionSigning, in DecisionInput) ([]casework.Party, error) {
	const op = "flow.deciders"
	var out []casework.Party
	add := func(subject, name string, p casework.Party) {
		p.ID = signing.PartyID("d" + itoa(c.Seq+len(out)+1)) // one that no earlier proposal's signers had
		p.Role, p.Title, p.Subject, p.Name = deciderRole, "Beslutande", subject, name
		out = append(out, p)
	}
	if sign.Kind != "" {
		chosen, err := s.decidersByKind(ctx, a, c, sign, in)
		for _, d := range chosen {
			add(d.Subject, d.Name, casework.Party{Number: d.number})
			out[len(out)-1].Title = d.Right
		}
		return out, err
	}
	if !in.Propose {
		if a.Staff.Number.IsZero() {
			return nil, fault.Newf(op, fault.Invalid, "the organisation's login does not tell who signs")
		}
		add(a.Staff.Subject, a.Staff.Name, casework.Party{Number: a.Staff.Number})
		return out, nil
	}
	if len(in.Signers) == 0 || len(in.Signers) > maxDeciders {
		return nil, fault.Newf(op, fault.Invalid, "laid before %d", len(in.Signers))
	}
	colleagues, err := s.colleagues(ctx, c.Authority)
	if err != nil {
		return nil, err
	}
	for i, subject := range in.Signers {
		at := slices.IndexFunc(colleagues, func(k Colleague) bool { return k.Subject == subject && k.Decides && k.Signs })
		if at < 0 || slices.Contains(in.Signers[:i], subject) {
			return nil, fault.Newf(op, fault.Invalid, "signer %d cannot sign", i+1)
		}
		add(subject, colleagues[at].Name, casework.Party{Number: colleagues[at].number})
	}
	return out, nil
}

// news reads what is new since somebody was against an earlier proposal; nothing is asked, and nothing kept, when nobody was.
func news(c *casework.Case, in DecisionInput) (string, []forms.Problem) {
	if _, refused := c.LastNo(); !refused {
		return "", nil
	}
	return needed("news", in.News)
}

// deciderRole is the role of those who sign a decision.
const deciderRole = "decider"

// maxDeciders is before how many a decision can be laid.
const maxDeciders = 10

// deciderWords say who decides, and when, as the document does: the decider, today; or whoever signs it of those before whom it is laid,
// that day, and who laid it (förvaltningslagen 31 §: who decided, and who reported on the case).
func deciderWords(a identity.Actor, d forms.Decision, in DecisionInput, signers []casework.Party, today string) (decider, decided string) {
	me := a.Staff.Name + ", " + strings.TrimSpace(in.Title)
	if d.Sign == nil {
		return me, today
	}
	const signed = "den dag det skrivs under"
	named := func(p casework.Party) string {
		if d.Sign.Kind == "" {
			return p.Name
		}
		return p.Name + " (" + p.Title + ")"
	}
	if !in.Propose {
		if d.Sign.Kind != "" {
			me = named(signers[0])
		}
		return me, signed
	}
	names := make([]string, len(signers))
	for i, p := range signers {
		names[i] = named(p)
	}
	who := names[0]
	if n := len(names); n > 1 {
		who = strings.Join(names[:n-1], ", ") + " eller " + names[n-1] + ", den som skriver under"
	}
	return who + " (föredragande: " + me + ")", signed
}

// decisionPlan has one of the signers sign, asked one by one.
func decisionPlan(f *forms.DecisionSigning, signers []casework.Party) *signing.Plan {
	step := signing.PlannedStep{Step: signing.Step{Need: 1, Ladder: clock.Span(f.Ladder)}}
	for _, p := range signers {
		step.Parties = append(step.Parties, p.ID)
	}
	plan := &signing.Plan{About: "decision", Within: clock.Span{Days: f.Days, Minutes: f.Minutes}, Positions: true, Steps: []signing.PlannedStep{step}}
	for _, r := range f.Remind {
		plan.Reminders = append(plan.Reminders, signing.Reminder{After: clock.Span{Days: r.Days, Minutes: r.Minutes}, By: r.By})
	}
	return plan
}

// asSigner opens a case whose decision the actor is asked to sign. For everybody else there is nothing to sign.
func (s *Service) asSigner(ctx context.Context, a identity.Actor, id casework.ID, what string) (*vault.Entry, *casework.Party, error) {
	e, p, err := s.signerCase(ctx, a, id, what, "decision")
	if err != nil {
		return nil, nil, err
	}
	if e.Case.State != casework.Deciding && !e.Case.SignsLater(p.ID) {
		return nil, nil, fault.New("flow.asSigner", fault.NotFound, nil)
	}
	return e, p, nil
}

// DecisionToSign shows a proposed decision to somebody who is to sign it, and notes that it was opened.
func (s *Service) DecisionToSign(ctx context.Context, a identity.Actor, id casework.ID) (*DecisionToSign, error) {
	e, p, err := s.asSigner(ctx, a, id, "document")
	if err != nil {
		return nil, err
	}
	if e.Case.MaySign(p.ID) {
		e, err = s.change(ctx, id, s.stamp(byStaff, p.Name), func(e *vault.Entry) (casework.Event, []vault.Blob, error) {
			if c := &e.Case; !c.MaySign(p.ID) || c.OrderOf(p.ID).Ended || placeOf(c, p.ID).State == signing.Opened {
				return nil, nil, nil
			}
			return casework.Opened{Party: p.ID}, nil, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return s.decisionView(ctx, e, p)
}

func placeOf(c *casework.Case, p signing.PartyID) signing.Place {
	o := c.OrderOf(p)
	if pl := o.Place(p); pl != nil {
		return *pl
	}
	return signing.Place{}
}

func (s *Service) decisionView(ctx context.Context, e *vault.Entry, p *casework.Party) (*DecisionToSign, error) {
	c := &e.Case
	g, sv, err := s.graphOf(ctx, c)
	if err != nil {
		return nil, err
	}
	v := &DecisionToSign{Case: c.ID, Reference: c.Reference, Subject: c.Subject, Me: p.ID, Names: map[signing.PartyID]string{}}
	d := c.Decision
	if d == nil { // somebody has been against it meanwhile
		return v, nil
	}
	v.Outcome = outcomeTitle(g.Form, d.Outcome)["sv"]
	for _, gr := range g.Form.Def.Meta.Decision.Grounds {
		if slices.Contains(d.Grounds, gr.ID) {
			v.Grounds = append(v.Grounds, gr.Title)
		}
	}
	o := c.OrderOf(p.ID)
	v.Deadline, v.Places, v.Later = o.Deadline, o.Places, c.SignsLater(p.ID)
	v.Questions, v.News = questionsOf(c, p.ID), d.News
	if no, refused := c.LastNo(); refused {
		v.Before = &no
	}
	if d.Kind != "" {
		v.Right, v.Papers = p.Title, signerPapers(c)
		v.Asks = c.State == casework.Deciding && c.MaySign(p.ID)
	}
	for _, one := range d.Signers {
		v.Names[one.ID] = one.Name
	}
	if d.PDF == nil {
		return v, nil
	}
	v.Document = d.PDF.Part.ID
	if v.MaySign = (c.State == casework.Deciding || v.Later) && c.MaySign(p.ID); !v.MaySign {
		return v, nil
	}
	meta := &g.Form.Def.Meta
	v.Offers = s.EIDs.Among(sv.Tenant.EID).Among(meta.Decision.Sign.With).Signers(decisionLevel(meta))
	manifest, err := s.manifest(e, p)
	if err != nil {
		return nil, err
	}
	v.Digest = signing.ManifestDigest(manifest)
	v.Text = decisionText(sv, meta, v)
	return v, nil
}

// decisionLevel is the level of assurance that signatures of a decision need.
func decisionLevel(m *forms.Meta) int {
	if m.Decision.Sign.Level == 0 {
		return int(identity.LoA3)
	}
	return m.Decision.Sign.Level
}

// decisionText is what the app shows: never what the case is about from class K3, since the text passes the provider.
func decisionText(sv ServiceView, m *forms.Meta, v *DecisionToSign) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Beslut\n%s\n\nReferens: %s\n", sv.Tenant.Name, v.Reference)
	if m.Class.K < confidential {
		fmt.Fprintf(&b, "Ärende: %s\nGäller: %s\nUtfall: %s\n", m.Title, v.Subject, v.Outcome)
	}
	if v.Right != "" {
		fmt.Fprintf(&b, "Beslutar som: %s\n", v.Right)
	}
	said := "Jag fattar beslutet så som det står i handlingen."
	if v.Later {
		said = "Jag bekräftar beslutet, som jag redan har fattat, så som det står i handlingen."
	}
	b.WriteString("\n" + said)
	fmt.Fprintf(&b, "\n\nKontrollsumma (SHA-256):\n%s\n", v.Digest)
	return b.String()
}

// StartSigningDecision starts one of the offered e-legitimations for somebody who is to sign the decision, the first when provider is "".
func (s *Service) StartSigningDecision(ctx context.Context, a identity.Actor, id casework.ID, provider string, client Client) (*DecisionToSign, error) {
	const op = "flow.StartSigningDecision"
	e, p, err := s.asSigner(ctx, a, id, "")
	if err != nil {
		return nil, err
	}
	v, err := s.decisionView(ctx, e, p)
	if err != nil {
		return nil, err
	}
	if !v.MaySign {
		return v, fault.New(op, fault.Conflict, nil)
	}
	g, _, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, err
	}
	defer s.polls.lock(attemptKey(id, p.ID))()
	if old, err := s.attempt(ctx, e, p.ID); err == nil {
		if err := s.stop(ctx, old.Order); err != nil {
			s.Log.WarnContext(ctx, "an earlier order was not cancelled", "case", id, "error", err)
		}
	}
	manifest, err := s.manifest(e, p)
	if err != nil {
		return nil, err
	}
	v.Digest = signing.ManifestDigest(manifest)
	meta := &g.Form.Def.Meta
	_, sv, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, err
	}
	v.Text = decisionText(sv, meta, v)
	hidden, err := signing.Hidden(manifest)
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	level := decisionLevel(meta)
	order, err := s.begin(ctx, v.Offers, provider, eid.Request{Purpose: eid.Sign, EndUserIP: client.IP, UserAgent: client.UserAgent, Domain: client.Domain,
		DeviceID: client.DeviceID, ReturnURL: client.ReturnURL, Number: p.Number, Level: level, Text: v.Text, Hidden: hidden})
	if err != nil {
		return v, err
	}
	if err := s.keepAttempt(ctx, e, p.ID, attempt{Order: order, Manifest: manifest, Text: v.Text, Hidden: hidden, IP: client.IP, Level: level, Number: p.Number, Subject: p.Subject}); err != nil {
		return nil, err
	}
	v.Order, v.Status = &order, eid.Status{State: eid.Pending, Message: eid.StartApp}
	return v, nil
}

// PollSigningDecision asks how it goes, as PollSigning does.
func (s *Service) PollSigningDecision(ctx context.Context, a identity.Actor, id casework.ID) (*DecisionToSign, error) {
	if a.Staff != nil {
		s.askNow(ctx, id, a.Staff.Number)
	}
	e, p, err := s.signerCase(ctx, a, id, "", "") // not found: it has been laid aside, or is nothing that this person signs
	if err != nil {
		return nil, err
	}
	defer s.polls.lock(attemptKey(id, p.ID))()
	at, err := s.attempt(ctx, e, p.ID)
	if errors.Is(err, fault.NotFound) {
		v, err := s.decisionView(ctx, e, p)
		if err == nil {
			v.Status, _ = s.collecting.end(attemptKey(id, p.ID), false)
		}
		return v, err
	}
	if err != nil {
		return nil, err
	}
	now, status, _, err := s.askedAbout(ctx, e, p, at)
	switch {
	case errors.Is(err, fault.Conflict): // somebody else was first: what was signed here is not wanted any more
		status = eid.Status{State: eid.Failed, Message: eid.Cancelled}
		if now, err = s.Vault.Load(ctx, id); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	}
	e = now
	if status.State != eid.Pending {
		if err := s.dropAttempt(ctx, attemptKey(id, p.ID)); err != nil {
			return nil, err
		}
	}
	v, err := s.decisionView(ctx, e, p)
	if err != nil {
		return nil, err
	}
	v.Status = status
	if status.State == eid.Pending {
		v.Order, v.Text, v.Digest = &at.Order, at.Text, signing.ManifestDigest(at.Manifest)
	}
	return v, nil
}

// CancelSigningDecision ends the e-legitimation in progress; nothing happens when there is none.
func (s *Service) CancelSigningDecision(ctx context.Context, a identity.Actor, id casework.ID) error {
	e, p, err := s.asSigner(ctx, a, id, "")
	if err != nil {
		return err
	}
	return s.cancelAttempt(ctx, e, p)
}

// DecisionCameBack takes the ticket that the signer's browser has come back with from a provider that was visited. fault.NotFound when it is
// none of the signature in progress.
func (s *Service) DecisionCameBack(ctx context.Context, a identity.Actor, id casework.ID, ticket string) error {
	e, p, err := s.asSigner(ctx, a, id, "")
	if err != nil {
		return err
	}
	return s.attemptCameBack(ctx, e, p, ticket)
}

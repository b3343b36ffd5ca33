package flow

import (
	"context"
	"errors"

	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/timelimit"
	"samtjanst/platform/vault"
)

// Notices of urgent decisions: to those who are to decide, by text message and by mail, each an effect of its own; to the officer, when
// something has happened. They have a link and say nothing of the case.

var (
	deciderNotice = notice{lang: "sv", subject: "Något brådskande väntar på dig", body: "Något brådskande väntar på ditt beslut. Logga in med e-legitimation.",
		hint: "Vi skickar aldrig uppgifter om ärenden i mejl eller sms."}
	answerNotice = notice{lang: "sv", subject: "Du har fått svar", body: "Du har fått svar på din fråga. Logga in med e-legitimation.", hint: deciderNotice.hint}
	eventNotice  = notice{lang: "sv", subject: "Något har hänt i ett ärende", body: "Något har hänt i ett ärende som du handlägger. Logga in och läs.", hint: deciderNotice.hint}
)

// tellDecider sends one of the notices to somebody who is to decide, by the way that the effect names, where the register says that he or
// she is reached at this moment.
func (s *Service) tellDecider(ctx context.Context, e *vault.Entry, f casework.Effect, p *casework.Party) (casework.Event, error) {
	c := &e.Case
	if f.Kind != casework.EffectAnswered && !c.MaySign(p.ID) { // it is over
		return casework.NoticeSent{Effect: f.ID, Channel: "pages"}, nil
	}
	who, err := s.person(ctx, tenantID(c.Tenant), p.Subject)
	if err != nil {
		return nil, err
	}
	t, ok := s.Directory.Tenant(tenantID(c.Tenant))
	if !ok {
		return nil, fault.Newf("flow.tellDecider", fault.Internal, "no tenant %s", c.Tenant)
	}
	var to casework.Contact
	if who != nil && f.Arg == casework.BySMS {
		to.Phone = who.Phone
	}
	if who != nil && f.Arg == casework.ByMail {
		to.Email = who.Email
	}
	if to.IsZero() {
		return casework.NoticeFailed{Effect: f.ID, Why: casework.NoAddress}, nil
	}
	n := deciderNotice
	if f.Kind == casework.EffectAnswered {
		n = answerNotice
	}
	n.id, n.link = f.ID, s.BaseURL+"/admin/arenden/"+string(c.ID)+"/skriv-under"
	channel, err := s.deliver(ctx, t, to, n)
	if errors.Is(err, fault.Invalid) {
		return casework.NoticeFailed{Effect: f.ID, Why: casework.Refused}, nil
	}
	if err != nil {
		return nil, err
	}
	return casework.NoticeSent{Effect: f.ID, Channel: channel}, nil
}

// tellOfficer tells whoever handles the case that something has happened, both ways. Of a case that nobody has taken, all officers of
// the board that works with it are told. What does not reach anybody stands in the inbox.
func (s *Service) tellOfficer(ctx context.Context, e *vault.Entry, f casework.Effect) (casework.Event, error) {
	c := &e.Case
	to, err := s.toWarn(ctx, c, timelimit.Officer)
	if err != nil {
		return nil, err
	}
	ev := casework.OfficerTold{Effect: f.ID}
	var later error
	for _, p := range to {
		if c.Assignee != "" && !personIs(p.Person, c.Assignee) {
			continue
		}
		n := eventNotice
		n.link = s.BaseURL + "/admin/arenden/" + string(c.ID)
		reached := false
		for way, at := range map[string]casework.Contact{casework.BySMS: {Phone: p.Phone}, casework.ByMail: {Email: p.Email}} {
			if at.IsZero() {
				continue
			}
			n.id = f.ID + "-" + string(p.ID) + "-" + way
			switch err := s.tellStaff(ctx, p, at, n); {
			case err == nil:
				reached = true
			case !errors.Is(err, fault.Invalid):
				later = err
			}
		}
		if reached {
			ev.Reached++
		}
	}
	if ev.Reached == 0 && later != nil {
		return nil, later
	}
	return ev, nil
}

// worksIn is the board whose officers answer for a case: its host until it is handed over.
func worksIn(c *casework.Case) identity.AuthorityID {
	if c.Host != "" {
		return identity.AuthorityID(c.Host)
	}
	return identity.AuthorityID(c.Authority)
}

// climb asks the next on a ladder, when those have been passed over who cannot be asked.
func (s *Service) climb(ctx context.Context, e *vault.Entry, f casework.Effect) (casework.Event, error) {
	if _, err := s.passOver(ctx, e); err != nil {
		return nil, err
	}
	return casework.TimerFired{Effect: f.ID}, nil
}

package flow

import (
	"context"
	"slices"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/slots"
	"samtjanst/platform/booking"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/vault"
)

// BookedTime is a time that belongs to a case, as its parties read it.
type BookedTime struct {
	Label  forms.Text
	Start  time.Time // zero: cancelled
	Reason string    // why it is no longer the one that was chosen; "" when it is, and for others than the applicant
}

// bookedTimes are a case's, as a party reads them: why one is another than was chosen is for the applicant, who chose.
func bookedTimes(form *forms.Form, c *casework.Case, p *casework.Party) []BookedTime {
	var out []BookedTime
	for _, b := range c.Booked {
		f := form.Fields[forms.Pointer(b.Field)]
		if f == nil || f.Audience != "" && p.ID != c.Applicant().ID {
			continue
		}
		t := BookedTime{Label: f.Label, Start: b.Start}
		if p.ID == c.Applicant().ID {
			t.Reason = b.Reason
		}
		out = append(out, t)
	}
	return out
}

// FreeTimes gives an officer what a case's booking can be moved to: notice is for those who book, not for those who work there. fault.NotFound
// when the case has no such booking.
func (s *Service) FreeTimes(ctx context.Context, a identity.Actor, id casework.ID, field string) (slots.Offer, error) {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return slots.Offer{}, err
	}
	_, o, err := s.freeTimes(ctx, e, field)
	return o, err
}

func (s *Service) freeTimes(ctx context.Context, e *vault.Entry, field string) (*forms.Field, slots.Offer, error) {
	const op = "flow.FreeTimes"
	c := &e.Case
	g, sv, err := s.graphOf(ctx, c)
	if err != nil {
		return nil, slots.Offer{}, err
	}
	f := g.Form.Fields[forms.Pointer(field)]
	if f == nil || f.Booking == "" || !hasBooked(c, field) {
		return nil, slots.Offer{}, fault.New(op, fault.NotFound, nil)
	}
	o, err := s.offer(ctx, c.Tenant, c.Form, c.Draft, &forms.View{Scope: forms.Scope{Settings: sv.Settings}}, f)
	o.Rule.Notice = 0
	return f, o, err
}

func hasBooked(c *casework.Case, field string) bool {
	return slices.ContainsFunc(c.Booked, func(b casework.Booked) bool { return b.Field == field })
}

// ChangeTime gives the applicant another time than the one that the officer saw booked, or none when to is zero, for a reason that the
// applicant reads. Problems have the pointers "/to" and "/reason". fault.Conflict when the time has been changed since.
func (s *Service) ChangeTime(ctx context.Context, a identity.Actor, id casework.ID, field string, from, to time.Time, reason string) ([]forms.Problem, error) {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return nil, err
	}
	f, o, err := s.freeTimes(ctx, e, field)
	if err != nil {
		return nil, err
	}
	var problems []forms.Problem
	if reason, err = cleanText(strings.TrimSpace(reason), maxReason); err != nil {
		problems = problem("reason", forms.BadText)
	} else if reason == "" {
		problems = problem("reason", forms.Required)
	}
	slot, exists := o.Rule.At(to)
	if !to.IsZero() && (!exists || !o.Rule.Bookable(slot, o.Now) || to.Equal(from)) {
		problems = append(problem("to", forms.NotAnOption), problems...)
	}
	if problems != nil {
		return problems, nil
	}
	calendar, holder := s.placeOf(e.Case.Tenant, e.Case.Form, e.Case.Draft, f)
	if !to.IsZero() {
		err := s.book().Take(ctx, calendar, slot, o.Rule.Capacity, holder, time.Time{})
		if code := refusal(err); code != "" {
			return problem("to", code), nil
		}
		if err != nil {
			return nil, err
		}
	}
	by, name := byWho(a)
	ev := casework.TimeChanged{Field: field, From: from.UTC(), To: to.UTC(), Reason: reason}
	if to.IsZero() {
		ev.To = time.Time{}
	}
	now, err := s.change(ctx, id, s.stamp(by, name), func(*vault.Entry) (casework.Event, []vault.Blob, error) { return ev, nil, nil })
	if err != nil && !to.IsZero() {
		s.returnTime(ctx, id, now, calendar, holder, field, to)
	}
	return nil, err
}

// returnTime gives back a place that was taken for a change that did not happen, unless the case has it after all.
func (s *Service) returnTime(ctx context.Context, id casework.ID, e *vault.Entry, c booking.Calendar, h booking.Holder, field string, start time.Time) {
	var err error
	if e == nil {
		e, err = s.Vault.Load(ctx, id)
	}
	if err == nil {
		if ownTime(&e.Case, casework.Booked{Field: field, Start: start}) {
			return
		}
		err = s.book().Leave(ctx, c, start, h, false)
	}
	if err != nil {
		s.Log.WarnContext(ctx, "a place that was taken for a change stays taken", "case", id, "error", err)
	}
}

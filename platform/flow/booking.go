package flow

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/slots"
	"samtjanst/platform/booking"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/vault"
)

// Times that are booked in a form (forms.Field.Booking). What is chosen on a page is held for slots.Hold when the page is left: in an
// application somebody is at work with. Handing in makes it firm, and takes it again when the hold has run out and it is still free. Of two
// who want the same place the second is told, and keeps what he or she had.
//
// The holder in the book is a keyed hash of the draft, and so of the case that it becomes, and of the question: a case finds its places by
// the draft it was made from.

func (s *Service) book() *booking.Book { return &booking.Book{Records: s.Vault.Store, Clock: s.Clock} }

// calendarOf names what a booking books: the times of one setting of one form, whatever the question.
func calendarOf(tenant, form string, f *forms.Field) booking.Calendar {
	return booking.Calendar(tenant + "/" + form + "/" + f.Booking)
}

// placeOf is a booking's calendar, and the holder of what a draft, or the case that it became, has in it.
func (s *Service) placeOf(tenant, form, draft string, f *forms.Field) (booking.Calendar, booking.Holder) {
	return calendarOf(tenant, form, f), booking.Holder(s.Vault.Keys.Token(tenant, "booking", draft+string(f.Pointer)))
}

// rootOf is the draft that a draft's places are found by: itself, or the one that the case was made from which it changes.
func (s *Service) rootOf(ctx context.Context, d *vault.Draft) (string, error) {
	if d.Amends == "" {
		return d.ID, nil
	}
	e, err := s.Vault.Load(ctx, casework.ID(d.Amends))
	if err != nil {
		return "", err
	}
	return e.Case.Draft, nil
}

// bookingsOf are a form's bookings.
func bookingsOf(form *forms.Form) []*forms.Field {
	var out []*forms.Field
	for _, f := range form.Fields {
		if f.Booking != "" {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b *forms.Field) int { return cmp.Compare(a.Pointer, b.Pointer) })
	return out
}

// CheckBookings reports the first rule of times that a municipality has set for a form and that cannot be read: it would have no times.
func (s *Service) CheckBookings(tenant identity.TenantID, form string, h Head) error {
	t, ok := s.Directory.Tenant(tenant)
	if !ok {
		return nil
	}
	sv, _ := t.Service(form)
	for _, name := range h.Bookings {
		given, set := sv.Settings[name]
		if !set {
			continue // the form's own, which was read when it was published
		}
		if _, err := slots.Read(jsonValue(given)); err != nil {
			return fault.Newf("flow.CheckBookings", fault.Invalid, "%s, form %s, setting %s: %v", tenant, form, name, errors.Unwrap(err))
		}
	}
	return nil
}

// bookingSettings are the settings that have a form's times, in order.
func bookingSettings(form *forms.Form) []string {
	var out []string
	for _, f := range bookingsOf(form) {
		out = append(out, f.Booking)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// times gives what can be booked of the bookings on the page of a draft, or of all of them on the check page.
func (s *Service) times(ctx context.Context, d *vault.Draft, v *DraftView) (map[forms.Pointer]slots.Offer, error) {
	var out map[forms.Pointer]slots.Offer
	root := ""
	for _, f := range v.View.Bookings() {
		if v.Page != nil && f.Page != v.Page.Written() {
			continue
		}
		if out == nil {
			out = map[forms.Pointer]slots.Offer{}
			var err error
			if root, err = s.rootOf(ctx, d); err != nil {
				return nil, err
			}
		}
		offer, err := s.offer(ctx, d.Tenant, d.Form, root, v.View, f)
		if err != nil {
			return nil, err
		}
		out[f.Pointer] = offer
	}
	return out, nil
}

// offer is what one who has a draft's places can choose of a booking, and how what is chosen now is held.
func (s *Service) offer(ctx context.Context, tenant, form, root string, v *forms.View, f *forms.Field) (slots.Offer, error) {
	rule, err := v.TimesOf(f)
	if err != nil { // the municipality's mistake, which the start refuses: nobody's page breaks of it
		s.Log.ErrorContext(ctx, "no times can be booked: the setting cannot be read", "tenant", tenant, "form", form, "setting", f.Booking, "error", err)
		return slots.Offer{Now: s.Clock.Now()}, nil
	}
	calendar, holder := s.placeOf(tenant, form, root, f)
	taken, err := s.book().Taken(ctx, calendar, holder)
	if err != nil {
		return slots.Offer{}, err
	}
	o := slots.Offer{Rule: rule, Now: s.Clock.Now(), Taken: taken.Others}
	if start, chosen := f.Booked(v.Scope.Answers); chosen {
		until, mine := taken.Mine[start.Unix()]
		o.Held, o.Firm = until, mine && until.IsZero()
	}
	return o, nil
}

// reservation is what came of the bookings on a posted page.
type reservation struct {
	taken, left []reserved // what was held now, and what is to be given back when the page is saved
}

type reserved struct {
	calendar booking.Calendar
	holder   booking.Holder
	start    time.Time
}

// reserve holds the times that a posted page chooses, before it is saved. A time that cannot be had is a problem, and what was chosen before
// stays: got is changed so.
func (s *Service) reserve(ctx context.Context, d *vault.Draft, v *forms.View, page string, got *answers.Decoded) (reservation, error) {
	var r reservation
	root := ""
	for _, f := range bookingsOf(v.Form) {
		if f.Page.ID != page || d.Case != "" {
			continue
		}
		was, had := f.Booked(d.Answers)
		now, has := f.Booked(got.Answers)
		same := has && had && was.Equal(now)
		if !has && !had || same && got.Op != answers.OpContinue {
			continue
		}
		if root == "" {
			var err error
			if root, err = s.rootOf(ctx, d); err != nil {
				return r, err
			}
		}
		calendar, holder := s.placeOf(d.Tenant, d.Form, root, f)
		if has {
			rule, err := v.TimesOf(f)
			slot, exists := rule.At(now)
			if err != nil || !exists {
				continue // validation tells
			}
			err = s.hold(ctx, calendar, holder, rule, slot, same)
			if code := refusal(err); code != "" {
				got.Problems = append(got.Problems, forms.Problem{Pointer: f.Pointer, Code: code})
				s.unchoose(f, d, got, same)
				continue
			}
			if err != nil {
				return r, err
			}
			if !same {
				r.taken = append(r.taken, reserved{calendar, holder, now})
			}
		}
		if had && !same {
			r.left = append(r.left, reserved{calendar, holder, was})
		}
	}
	return r, nil
}

// hold takes a place for a while. One that was chosen before is held on, also when it has become too late for others to choose it.
func (s *Service) hold(ctx context.Context, c booking.Calendar, h booking.Holder, rule slots.Rule, slot slots.Slot, again bool) error {
	now := s.Clock.Now()
	if !again && !rule.Bookable(slot, now) {
		return fault.New("flow.hold", fault.Gone, nil)
	}
	return s.book().Take(ctx, c, slot, rule.Capacity, h, now.Add(slots.Hold))
}

// refusal is the code of the problem that somebody else was first, or that it is too late; "" for anything else.
func refusal(err error) string {
	switch {
	case errors.Is(err, fault.Exists):
		return forms.TimeTaken
	case errors.Is(err, fault.Gone):
		return forms.TimeGone
	}
	return ""
}

// unchoose puts back what was chosen before a choice that could not be had; nothing when that is the one that is lost.
func (s *Service) unchoose(f *forms.Field, d *vault.Draft, got *answers.Decoded, same bool) {
	got.Answers, got.View = forms.CopyObject(got.Answers), nil
	if before, had := forms.Lookup(d.Answers, f.Pointer); had && !same {
		forms.Put(got.Answers, f.Pointer, before)
		return
	}
	forms.Remove(got.Answers, f.Pointer)
}

// settle gives back what a saved page no longer chooses; when it could not be saved, what was taken for it. A place of the case that a draft
// changes is firm, and stays until that is handed in.
func (s *Service) settle(ctx context.Context, d *vault.Draft, r reservation, saved bool) {
	back := r.left
	if !saved {
		back = r.taken
	}
	for _, p := range back {
		if err := s.book().Leave(ctx, p.calendar, p.start, p.holder, d.Amends != ""); err != nil {
			s.Log.WarnContext(ctx, "a place was not given back: it is free when the hold has run out", "draft", d.ID, "error", err)
		}
	}
}

// giveBack gives back what a draft has booked that is thrown away.
func (s *Service) giveBack(ctx context.Context, d *vault.Draft) {
	g, err := s.Catalog.Version(ctx, forms.Version(d.Version), s.Clock.Now())
	if err != nil {
		s.Log.WarnContext(ctx, "places were not given back", "draft", d.ID, "error", err)
		return
	}
	var r reservation
	for _, f := range bookingsOf(g.Form) {
		if start, has := f.Booked(d.Answers); has {
			root, err := s.rootOf(ctx, d)
			if err != nil {
				s.Log.WarnContext(ctx, "places were not given back", "draft", d.ID, "error", err)
				return
			}
			calendar, holder := s.placeOf(d.Tenant, d.Form, root, f)
			r.left = append(r.left, reserved{calendar, holder, start})
		}
	}
	s.settle(ctx, d, r, true)
}

// confirm makes the times firm that an application chooses, all or none. had are the case's own, which no rule takes away.
func (s *Service) confirm(ctx context.Context, d *vault.Draft, root string, v *forms.View, had []casework.Booked) ([]casework.Booked, []forms.Problem, error) {
	var out []casework.Booked
	var problems []forms.Problem
	var firm []func() error
	now := s.Clock.Now()
	for _, f := range v.Bookings() {
		start, has := f.Booked(v.Answers)
		if !has {
			continue
		}
		b := casework.Booked{Field: string(f.Pointer), Start: start.UTC()}
		out = append(out, b)
		if ownTime(&casework.Case{Booked: had}, b) {
			continue
		}
		rule, err := v.TimesOf(f)
		if err != nil {
			return nil, nil, err
		}
		slot, exists := rule.At(start)
		if !exists || !rule.Bookable(slot, now.Add(-slots.Hold)) { // who chose in time has as long as a hold lasts
			problems = append(problems, forms.Problem{Pointer: f.Pointer, Code: forms.TimeGone})
			continue
		}
		calendar, holder := s.placeOf(d.Tenant, d.Form, root, f)
		err = s.book().Take(ctx, calendar, slot, rule.Capacity, holder, now.Add(slots.Hold))
		if code := refusal(err); code != "" {
			problems = append(problems, forms.Problem{Pointer: f.Pointer, Code: code})
		} else if err != nil {
			return nil, nil, err
		}
		firm = append(firm, func() error {
			return s.book().Take(ctx, calendar, slot, rule.Capacity, holder, time.Time{})
		})
	}
	if len(problems) > 0 {
		return nil, problems, nil
	}
	for _, make := range firm {
		if err := make(); err != nil {
			return nil, nil, err
		}
	}
	return out, nil, nil
}

func ownTime(c *casework.Case, b casework.Booked) bool {
	at, ok := c.TimeOf(b.Field)
	return ok && at.Equal(b.Start)
}

// asBooked gives the answers of a case with the times that it has now, which an officer may have changed.
func asBooked(form *forms.Form, c *casework.Case, have map[string]any) map[string]any {
	for _, f := range bookingsOf(form) {
		if _, has := f.Booked(have); !has {
			continue
		}
		have = forms.CopyObject(have)
		if at, ok := c.TimeOf(string(f.Pointer)); ok {
			forms.Put(have, f.Pointer, slots.Value(at))
		} else {
			forms.Remove(have, f.Pointer)
		}
	}
	return have
}

// keepPlaces gives back the places of a case that it no longer has.
func (s *Service) keepPlaces(ctx context.Context, e *vault.Entry, f casework.Effect) (casework.Event, error) {
	c := &e.Case
	g, _, err := s.graphOf(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, field := range bookingsOf(g.Form) {
		calendar, holder := s.placeOf(c.Tenant, c.Form, c.Draft, field)
		now, _ := c.TimeOf(string(field.Pointer)) // zero: none is kept
		if err := s.book().Keep(ctx, calendar, holder, now); err != nil {
			return nil, err
		}
	}
	return casework.PlacesKept{Effect: f.ID}, nil
}

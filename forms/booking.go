package forms

import (
	"errors"
	"strconv"
	"time"

	"samtjanst/forms/slots"
	"samtjanst/platform/fault"
)

// A booking is a field whose answer is a time that is reserved when it is chosen. The layout names the setting that holds the rule of its
// times (package slots), so that the form has a rule of its own and each municipality may have another:
//
//	settings:                         # form.yaml
//	  provtid: {hours: [{days: [tue], from: "15:00", to: "17:00"}], minutes: 30}
//
//	- {pointer: /prova/tid, booking: provtid}    # layout.yaml; in the schema a string of format date-time
//
// Forms know which times there are; who has reserved which is for flow, which has the book.

// TimesOf gives the rule of a booking's times, as the municipality has set it. fault.Invalid when it cannot be read.
func (v *View) TimesOf(f *Field) (slots.Rule, error) {
	r, err := slots.Read(v.Scope.Settings[f.Booking])
	return r, fault.Wrap("forms.TimesOf", err)
}

// AnyTime is what can be chosen of a booking as long as nobody has said what is taken: everything, from the scope's day on.
func (v *View) AnyTime(f *Field) slots.Offer {
	rule, err := v.TimesOf(f)
	today, errDay := time.Parse(time.DateOnly, v.Scope.Today)
	if err != nil || errDay != nil {
		return slots.Offer{}
	}
	return slots.Offer{Rule: rule, Now: today}
}

// Bookings are the fields of the view that are booked and shown, each once.
func (v *View) Bookings() []*Field {
	var out []*Field
	for _, p := range v.Pages {
		for i, s := range p.Sections {
			if v.ShowsSection(p, i) {
				for _, f := range s.Fields {
					out = v.bookings(out, f)
				}
			}
		}
	}
	return out
}

func (v *View) bookings(out []*Field, f *Field) []*Field {
	if !v.Shows(f) {
		return out
	}
	if f.Booking != "" {
		return append(out, f)
	}
	if f.Kind == GroupField && !f.Recursive() {
		for _, child := range f.Fields {
			out = v.bookings(out, child)
		}
	}
	return out
}

// Booked gives the moment that is chosen at a booking; false when none is.
func (f *Field) Booked(answers any) (time.Time, bool) {
	v, _ := Lookup(answers, f.Pointer)
	return slots.Moment(v)
}

// WrongTime tells what is wrong with a booking's answer: that there is no such time. Whether it is still free is for flow.
func (v *View) WrongTime(f *Field, at Pointer, value any) []Problem {
	rule, err := v.TimesOf(f)
	if start, ok := slots.Moment(value); ok && err == nil {
		if _, ok = rule.At(start); ok {
			return nil
		}
	}
	return []Problem{{Pointer: at, Code: NoSuchTime}}
}

// bookings joins the layout's bookings with their fields, when all fields are there.
func (c *compiler) bookings() {
	for i, p := range c.def.Layout.Pages {
		for j, s := range p.Sections {
			for k := range s.Fields {
				at := "/pages/" + strconv.Itoa(i) + "/sections/" + strconv.Itoa(j) + "/fields/" + strconv.Itoa(k)
				c.booking(&s.Fields[k], p.Own, at)
			}
		}
	}
}

func (c *compiler) booking(lf *LayoutField, own bool, at string) {
	f := c.form.Fields[Pointer(lf.Pointer)]
	if lf.Booking == "" {
		if lf.Widget == bookingWidget && f != nil && f.Kind == TextField {
			c.fail(at+"/widget", "write booking: and the name of the setting that has its times", "nothing says which times can be booked")
		}
		return
	}
	at += "/booking"
	rule, there := c.def.Meta.Settings[lf.Booking]
	switch {
	case f == nil || f.Kind != TextField || f.Format != "date-time" || inRows(f):
		c.fail(at, `place it at a string of "format": "date-time", outside rows`, "no time can be kept in %s", lf.Pointer)
		return
	case own: // what is reserved belongs to the case, not to one of its parties
		c.fail(at, "place it on a page that is not own", "nothing is booked in a party's own section")
		return
	case lf.Widget != "" && lf.Widget != bookingWidget:
		c.fail(at, "take away the widget", "a booking is shown as times to choose among")
		return
	case !there:
		c.fail(at, "write it under settings: in form.yaml", "there is no setting %q", lf.Booking)
		return
	}
	if _, err := slots.Read(rule); err != nil {
		c.diags = append(c.diags, c.def.Diagnose(FormFile, "/settings/"+lf.Booking, "see the reference of bookings", "%s", errors.Unwrap(err)))
		return
	}
	f.Booking, f.Widget = lf.Booking, bookingWidget
}

const bookingWidget = "booking"

// inRows reports whether a field stands once a row.
func inRows(f *Field) bool {
	for _, t := range f.Pointer.Tokens() {
		if t == "*" {
			return true
		}
	}
	return false
}

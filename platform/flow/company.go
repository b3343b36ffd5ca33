package flow

import (
	"context"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/integrations/company"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// CompanyLookup makes a register of companies one that forms can ask, as "company". The key is an organisation number, or the personal
// number of the person who asks; somebody else's personal number is not asked about, so that no form tells whose number it is.
type CompanyLookup struct {
	Register company.Register
	Name     string // of the register: "Bolagsverket"
}

var _ Lookup = CompanyLookup{}

// Source implements Lookup.
func (c CompanyLookup) Source() string { return c.Name }

// companyValues are what a form can have filled in, with the part of the record that each is read from.
var companyValues = []struct {
	name string
	part company.Part
	of   func(company.Company) string
}{
	{"name", company.PartName, func(c company.Company) string { return c.Name }},
	{"form", company.PartForm, func(c company.Company) string { return c.Form.Text }},
	{"formCode", company.PartForm, func(c company.Company) string { return c.Form.Code }},
	{"careOf", company.PartAddress, func(c company.Company) string { return c.Address.CareOf }},
	{"street", company.PartAddress, func(c company.Company) string { return c.Address.Street }},
	{"postalCode", company.PartAddress, func(c company.Company) string { return c.Address.PostalCode }},
	{"city", company.PartAddress, func(c company.Company) string { return c.Address.City }},
	{"address", company.PartAddress, func(c company.Company) string { return oneLine(c.Address) }},
	{"registered", company.PartDates, func(c company.Company) string { return c.Registered }},
	{"deregistered", company.PartDeregistration, func(c company.Company) string { return c.Deregistered }},
	{"activity", company.PartActivity, func(c company.Company) string { return c.Activity }},
	{"industry", company.PartIndustry, func(c company.Company) string {
		if len(c.Industries) == 0 {
			return ""
		}
		return c.Industries[0].Text
	}},
	{"state", company.PartDeregistration, func(c company.Company) string { return string(c.State()) }},
}

// oneLine writes an address on one line.
func oneLine(a company.Address) string {
	return strings.Join(slices.DeleteFunc([]string{a.CareOf, a.Street, strings.TrimSpace(postalCode(a.PostalCode) + " " + a.City)},
		func(s string) bool { return s == "" }), ", ")
}

// Gives implements Lookup.
func (c CompanyLookup) Gives() []string {
	var out []string
	for _, v := range companyValues {
		out = append(out, v.name)
	}
	return out
}

// Ask implements Lookup. Of several companies with one number only what they have in common is told.
func (c CompanyLookup) Ask(ctx context.Context, q LookupQuestion) (forms.LookupReply, error) {
	var n idno.Number
	if err := n.UnmarshalText([]byte(q.Key)); err != nil || n.IsZero() {
		return forms.LookupReply{}, fault.New("flow.CompanyLookup", fault.Invalid, err)
	}
	if n.Kind() != idno.Organisation && !slices.Contains(q.Who, n) {
		return forms.LookupReply{Status: forms.LookupNotOwn, Source: c.Name}, nil
	}
	answer, err := c.Register.Lookup(ctx, company.Question{Number: n, Purpose: q.Purpose, Ref: q.Ref})
	if err != nil {
		return forms.LookupReply{}, fault.Wrap("flow.CompanyLookup", err)
	}
	return companyReply(answer), nil
}

func companyReply(a company.Answer) forms.LookupReply {
	reply := forms.LookupReply{Status: forms.LookupFound, Values: map[string]string{}, Source: a.Source, At: a.At}
	// A company that is no more says nothing of one that goes on under the same number.
	list := slices.DeleteFunc(slices.Clone(a.Companies), func(c company.Company) bool { return c.State() == company.Deregistered })
	if len(list) == 0 {
		list = a.Companies
	}
	if len(list) == 0 {
		reply.Status = forms.LookupMissing
		return reply
	}
	for _, v := range companyValues {
		value, differs, unread := v.of(list[0]), false, false
		for _, one := range list {
			differs = differs || v.of(one) != value
			unread = unread || !one.Read(v.part)
		}
		switch {
		case unread:
			reply.Unread = append(reply.Unread, v.name)
		case !differs:
			reply.Values[v.name] = value
		}
	}
	if len(list) > 1 {
		reply.Warnings = append(reply.Warnings, forms.LookupSeveral)
	}
	for state, code := range map[company.State]string{company.Deregistered: forms.LookupDeregistered, company.WindingUp: forms.LookupWindingUp} {
		if slices.ContainsFunc(list, func(c company.Company) bool { return c.State() == state }) {
			reply.Warnings = append(reply.Warnings, code)
		}
	}
	slices.Sort(reply.Warnings)
	return reply
}

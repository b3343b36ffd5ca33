package caseload

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"samtjanst/admin"
	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// The signing orders that go on, as a list: whom each waits for and since when. The filter is the address, as the inbox's is.

// waitedDays are the choices of how long has been waited, in days; the first is the default.
var waitedDays = []int{0, 3, 7, 14}

// wrongs are the choices of what is wrong, by their names in addresses; the first is the default.
var wrongs = []struct{ name, label string }{
	{"alla", ""},
	{"sen", casework.LabelLate},
	{"nas-inte", casework.LabelUnreached},
	{"nej", casework.LabelRefused},
}

// orderFilter is what the address says.
type orderFilter struct {
	Days  int
	Wrong string
	Form  string
	Mine  bool
	After string // cursor
}

// parseOrderFilter reads the query of an address. What it does not know is left out.
func parseOrderFilter(get func(name string) string) orderFilter {
	f := orderFilter{Wrong: get("lage"), Form: get("tjanst"), Mine: get("agare") == "mina", After: get("efter")}
	if n, err := strconv.Atoi(get("vantat")); err == nil && slices.Contains(waitedDays, n) {
		f.Days = n
	}
	if f.label() == "" {
		f.Wrong = wrongs[0].name
	}
	return f
}

// label is the case's label that goes with what is wrong; "" any.
func (f orderFilter) label() string {
	for _, w := range wrongs {
		if w.name == f.Wrong {
			return w.label
		}
	}
	return ""
}

// url gives the address of a filter, the shortest there is.
func (f orderFilter) url() string {
	q := url.Values{}
	if f.Days > 0 {
		q.Set("vantat", strconv.Itoa(f.Days))
	}
	if f.Wrong != wrongs[0].name {
		q.Set("lage", f.Wrong)
	}
	if f.Form != "" {
		q.Set("tjanst", f.Form)
	}
	if f.Mine {
		q.Set("agare", "mina")
	}
	if f.After != "" {
		q.Set("efter", f.After)
	}
	if len(q) == 0 {
		return ordersURL
	}
	return ordersURL + "?" + q.Encode()
}

func (f orderFilter) query() flow.OrderQuery {
	return flow.OrderQuery{Days: f.Days, Wrong: f.label(), Form: f.Form, Mine: f.Mine, After: parseCursor(f.After)}
}

// ordersPage is /admin/underskrifter.
type ordersPage struct {
	ui.Shell
	Waited, Wrong, Service, Owner ui.Field
	Heading                       string
	Rows                          []orderRow
	Empty                         string
	Handles                       bool // the reader may remind
	Narrowed                      bool // some filter is on
	Here                          string
	First, Next                   string // addresses, "" none
}

// Any reports whether there is a line to mark.
func (p ordersPage) Any() bool { return p.Handles && len(p.Rows) > 0 }

// orderRow is one order.
type orderRow struct {
	ID        casework.ID
	URL       string
	Reference string
	Number    string
	Subject   string
	Service   string
	About     string // "" what was handed in
	Waits     []waitRow
	Done      string // "1 av 3"
	Till      string // "22 november 2026 kl. 16.00"
	Left      string
	Over      bool // the deadline has passed
}

// waitRow is somebody whom the order waits for.
type waitRow struct {
	Name     string
	State    ui.Tag
	Since    string
	Reminded string // "påmind 2 gånger, senast i går", "" not
}

// showOrders is GET /admin/underskrifter.
func (a *area) showOrders(r *httpkit.Request) error {
	w, f := a.words(r), parseOrderFilter(r.Query)
	services, err := a.services(r)
	if err != nil {
		return err
	}
	list, err := a.Flow.Orders(r.Context(), r.Actor(), f.query())
	if err != nil {
		return err
	}
	p := ordersPage{Shell: a.site.Shell(r, w.T("admin.orders.title")), Heading: w.T("admin.orders.count", "n", list.Count, "shown", w.count(list.Count)),
		Waited: w.waitedField(f), Wrong: w.wrongField(f), Service: w.serviceField(filter{Form: f.Form}, services), Owner: w.mineField(f),
		Handles: len(r.Actor().Authorities(handlers...)) > 0, Here: f.url(), Empty: w.T("admin.orders.empty")}
	p.Shell.Wide = true
	first := f
	first.After = ""
	if p.Narrowed = first.url() != ordersURL; p.Narrowed {
		p.Empty = w.T("admin.orders.empty-filtered")
	}
	if f.After != "" {
		p.First = first.url()
	}
	if list.More {
		next := f
		next.After = formatCursor(list.Next)
		p.Next = next.url()
	}
	for _, row := range list.Rows {
		p.Rows = append(p.Rows, w.orderRow(row))
	}
	return admin.Show(r, http.StatusOK, a.orders, p)
}

func (w words) orderRow(r flow.OrderRow) orderRow {
	out := orderRow{ID: r.ID, URL: caseURL(r.ID) + "#underskrifter", Reference: r.Reference, Number: r.Number, Subject: r.Subject, Service: w.text(r.Title),
		Done: w.T("admin.signatures.some", "done", r.Done, "of", r.Of), Till: w.Until(r.Deadline, w.now), Left: w.left(r.Deadline), Over: !w.now.Before(r.Deadline)}
	if r.About != "application" {
		out.About = w.coded("admin.case.order.", r.About)
	}
	for _, p := range r.Waits {
		row := waitRow{Name: p.Name, Since: w.since(p.Asked)}
		row.State.Text, row.State.Tone = w.place(p.State)
		if p.Reminded > 0 {
			row.Reminded = w.T("admin.orders.reminded", "n", p.Reminded, "last", w.DateShort(p.Last))
		}
		out.Waits = append(out.Waits, row)
	}
	return out
}

func (w words) waitedField(f orderFilter) ui.Field {
	field := ui.Field{Name: "vantat", Label: w.T("admin.orders.waited")}
	for _, n := range waitedDays {
		c := ui.Choice{Label: w.T("admin.orders.waited-any"), Checked: n == f.Days}
		if n > 0 {
			c.Value, c.Label = strconv.Itoa(n), w.T("admin.orders.waited-days", "n", n)
		}
		field.Options = append(field.Options, c)
	}
	return field
}

func (w words) wrongField(f orderFilter) ui.Field {
	field := ui.Field{Name: "lage", Label: w.T("admin.orders.wrong")}
	for _, c := range wrongs {
		field.Options = append(field.Options, ui.Choice{Value: c.name, Label: w.T("admin.orders.wrong-" + c.name), Checked: c.name == f.Wrong})
	}
	return field
}

// mineField chooses between all cases and the reader's own.
func (w words) mineField(f orderFilter) ui.Field {
	return ui.Field{Name: "agare", Label: w.T("admin.inbox.owner"), Options: []ui.Choice{
		{Value: owners[0], Label: w.T("admin.owner.alla"), Checked: !f.Mine},
		{Value: "mina", Label: w.T("admin.owner.mina"), Checked: f.Mine}}}
}

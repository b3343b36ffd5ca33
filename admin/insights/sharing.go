package insights

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"samtjanst/admin"
	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// sharingPage is how many users there are, and how an amount is shared by the year's key.
type sharingPage struct {
	frame
	Action string
	Day    ui.Field
	Amount ui.Field
	Key    string // which key holds
	Table  ui.Table
	File   string
}

// Controls of the page, in its address: it tells of nobody.
const (
	controlDay    = "dag"
	controlAmount = "belopp"
)

// asked is what an address asks for, as it was typed and as it was read.
type asked struct {
	day, amount string
	on          calendar.Date
	ore         int64
	badDay      bool
	badAmount   bool
}

func ask(r *httpkit.Request) asked {
	in := asked{day: strings.TrimSpace(r.Query(controlDay)), amount: strings.TrimSpace(r.Query(controlAmount))}
	if in.day != "" {
		var err error
		in.on, err = calendar.Parse(in.day)
		in.badDay = err != nil
	}
	var ok bool
	in.ore, ok = kronor(in.amount)
	in.badAmount = !ok
	return in
}

func (in asked) query() string {
	return url.Values{controlDay: {in.on.String()}, controlAmount: {decimal(in.ore, 2)}}.Encode()
}

// kronor reads an amount as people write it, "12 345,50" or "12345", as whole öre; "" is none. At most ten digits before the comma.
func kronor(text string) (ore int64, ok bool) {
	text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", ",", ".").Replace(strings.TrimSuffix(strings.ToLower(text), "kr"))
	if text == "" {
		return 0, true
	}
	whole, part, point := strings.Cut(text, ".")
	if whole == "" || len(whole) > 10 || point && (part == "" || len(part) > 2) || strings.Trim(whole+part, "0123456789") != "" {
		return 0, false
	}
	ore, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	return ore, err == nil
}

// showSharing is GET.
func (a *area) showSharing(r *httpkit.Request) error {
	in := ask(r)
	v, err := a.sharingOf(r, &in)
	if err != nil {
		return err
	}
	l := r.Locale()
	p := sharingPage{frame: a.framed(r, v.CostScope, l.T("insights.sharing.title"), sharedPart), Action: boardURL(v.BoardRef, sharedPart),
		Day:    ui.Field{Name: controlDay, Type: "date", Label: l.T("insights.sharing.day"), Hint: l.T("insights.sharing.day-hint"), Value: in.day, Width: 12},
		Amount: ui.Field{Name: controlAmount, Label: l.T("insights.sharing.amount"), Hint: l.T("insights.sharing.amount-hint"), Value: in.amount, InputMode: "decimal", Suffix: "kr", Width: 14, Optional: true}}
	status := http.StatusOK
	if in.badDay {
		p.Day.Error = l.T("insights.sharing.bad-day")
		p.Problems = append(p.Problems, p.Day.Problem())
	}
	if in.badAmount {
		p.Amount.Error = l.T("insights.sharing.bad-amount")
		p.Problems = append(p.Problems, p.Amount.Problem())
	}
	if len(p.Problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if p.Day.Value == "" {
		p.Day.Value = v.On.String()
	}
	p.Key = l.T("insights.sharing.no-key")
	if v.Keyed > 0 {
		p.Key = l.T("insights.sharing.key", "year", v.Year, "next", v.Year+1, "n", v.Keyed)
	}
	in.on = v.On
	p.File = boardURL(v.BoardRef, sharedPart+filePart) + "?" + in.query()
	p.Table = ui.Table{Caption: l.T("insights.sharing.caption"), Columns: []ui.Column{{Title: l.T("insights.costs.organisation")},
		{Title: l.T("insights.sharing.users", "day", l.DateShort(v.On.At(12, 0, clock.Stockholm))), Numeric: true},
		{Title: l.T("insights.sharing.keyed"), Numeric: true}, {Title: l.T("insights.sharing.share"), Numeric: true}}}
	if v.Amount > 0 {
		p.Table.Columns = append(p.Table.Columns, ui.Column{Title: l.T("insights.sharing.part"), Numeric: true})
	}
	line := func(title string, users, keyed int, counted string, share, amount int64) {
		row := []ui.Cell{{Text: title}, {Text: number(l, users)}, {Text: number(l, keyed), Detail: counted}, {Text: l.T("insights.sharing.per-cent", "n", l.Number(decimal(share, 2)))}}
		if v.Amount > 0 {
			row = append(row, ui.Cell{Text: l.Money(amount)})
		}
		p.Table.Rows = append(p.Table.Rows, row)
	}
	var users, keyed int
	var share, amount int64
	for _, row := range v.Rows {
		counted := ""
		if row.Key.Users > 0 {
			counted = l.T("insights.sharing.counted", "day", l.DateShort(row.Key.On.At(12, 0, clock.Stockholm)))
		}
		line(row.Organisation.Name, row.Users, row.Key.Users, counted, row.Share, row.Amount)
		users, keyed, share, amount = users+row.Users, keyed+row.Key.Users, share+row.Share, amount+row.Amount
	}
	if len(v.Rows) > 1 {
		line(l.T("insights.costs.sum"), users, keyed, "", share, amount)
	}
	return admin.Show(r, status, a.sharing, p)
}

// sharingOf asks for what can be read; what cannot, and a day to come, is noted as wrong and left out.
func (a *area) sharingOf(r *httpkit.Request, in *asked) (*flow.Sharing, error) {
	if in.badAmount {
		in.ore = 0
	}
	if in.badDay {
		in.on = calendar.Date{}
	}
	v, err := a.Flow.SharingOf(r.Context(), r.Actor(), ref(r), in.on, in.ore)
	if errors.Is(err, fault.Invalid) { // an amount that kronor reads is within bounds, so it is the day
		in.badDay = true
		v, err = a.Flow.SharingOf(r.Context(), r.Actor(), ref(r), calendar.Date{}, in.ore)
	}
	return v, err
}

// sharingFile is GET: a line for each organisation.
func (a *area) sharingFile(r *httpkit.Request) error {
	in := ask(r)
	if in.badDay || in.badAmount {
		return fault.New("insights.sharingFile", fault.Invalid, nil)
	}
	v, err := a.Flow.SharingOf(r.Context(), r.Actor(), ref(r), in.on, in.ore)
	if err != nil {
		return err
	}
	f := newFile("organisation", "kommunkod", "dag", "användare", "nyckel", "användare i nyckeln", "räknade", "andel, %", "belopp, kr")
	for _, row := range v.Rows {
		counted := ""
		if row.Key.Users > 0 {
			counted = row.Key.On.String()
		}
		f.row(row.Organisation.Name, row.Organisation.Code, v.On.String(), strconv.Itoa(row.Users), strconv.Itoa(v.Year), strconv.Itoa(row.Key.Users), counted,
			comma(row.Share, 2), comma(row.Amount, 2))
	}
	return f.send(r, "fordelning-"+v.On.String()+".csv")
}

package flow

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow/usage"
	"samtjanst/platform/identity"
)

// What the cooperation pays for is shown to managers: those of a board that works for others (directory.Cooperation) see every organisation that
// it works for and their own, all other managers their own organisation and nothing else. Figures are of organisations: no person and no case
// can be told from them.

// oldestYear is the first year that anything can have been counted in.
const oldestYear = 2026

// CostScope is whose figures a board's managers see.
type CostScope struct {
	BoardRef
	Organisation  string
	Name          string // the board's
	Host          bool   // the board works for others: Organisations are those of the cooperation
	Organisations []*directory.Tenant
	// Sharing are those that share what is paid together: the organisations of the cooperation that the board's organisation is in.
	Sharing []*directory.Tenant
}

// costScope opens a board's figures. Everybody but its managers is told that there are none.
func (s *Service) costScope(a identity.Actor, ref BoardRef) (*CostScope, error) {
	const op = "flow.costScope"
	if a.Staff == nil {
		return nil, fault.New(op, fault.Unauthorised, nil)
	}
	t, ok := s.Directory.Tenant(ref.Tenant)
	if !ok {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	board, ok := t.Authority(ref.Board)
	if !ok || !a.Has(t.AuthorityID(ref.Board), identity.Manager) {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	sc := &CostScope{BoardRef: ref, Organisation: t.Name, Name: board.Name, Organisations: []*directory.Tenant{t}, Sharing: s.cooperating(t.AuthorityID(ref.Board))}
	if sc.Host = len(sc.Sharing) > 1; sc.Host {
		sc.Organisations = sc.Sharing
	} else if i := slices.IndexFunc(t.Cooperations, func(c directory.Cooperation) bool { return c.Authority == ref.Board }); i >= 0 {
		sc.Sharing = s.cooperating(t.Cooperations[i].Host)
	}
	return sc, nil
}

// cooperating lists the organisations of what a board hosts, its own first.
func (s *Service) cooperating(host identity.AuthorityID) []*directory.Tenant {
	tenant, _, _ := strings.Cut(string(host), "/")
	var out []*directory.Tenant
	if t, ok := s.Directory.Tenant(identity.TenantID(tenant)); ok {
		out = append(out, t)
	}
	for _, c := range s.Directory.HostedBy(host) {
		if !slices.Contains(out, c.Tenant) {
			out = append(out, c.Tenant)
		}
	}
	return out
}

// CostBoards lists the boards whose figures a manager sees.
func (s *Service) CostBoards(_ context.Context, a identity.Actor) ([]CostScope, error) {
	if a.Staff == nil {
		return nil, fault.New("flow.CostBoards", fault.Unauthorised, nil)
	}
	var out []CostScope
	for _, t := range s.Directory.Tenants() {
		for _, board := range t.Authorities {
			if !a.Has(t.AuthorityID(board.Slug), identity.Manager) {
				continue
			}
			sc, err := s.costScope(a, BoardRef{t.ID, board.Slug})
			if err != nil {
				return nil, err
			}
			out = append(out, *sc)
		}
	}
	return out, nil
}

// Costs is what logins and signatures have cost during a year.
type Costs struct {
	CostScope
	Year  int
	Years []int // that can be shown, the latest first
	Rows  []CostRow
	Sum   CostRow
	Price usage.Price // of the year's last month, or the present one
}

// CostRow is an organisation's figures of a month, of a year, or all together.
type CostRow struct {
	Organisation *directory.Tenant // nil in a sum, and for logins on pages that belong to none
	Month        usage.Month       // "" in a sum
	usage.Count
	Cost int64 // öre
}

// CostsOf gives a year's figures: for a host's managers a row for each organisation, and one for pages that belong to none; for others a row for each
// month that there is something in. year 0 is the present one. fault.NotFound for who is no manager of the board, and for a year that cannot be.
func (s *Service) CostsOf(ctx context.Context, a identity.Actor, ref BoardRef, year int) (*Costs, error) {
	c, months, err := s.costMonths(ctx, a, ref, year)
	if err != nil {
		return nil, err
	}
	for _, row := range months {
		c.Sum = c.Sum.plus(row)
		i := slices.IndexFunc(c.Rows, func(r CostRow) bool { return c.Host && r.Organisation == row.Organisation })
		switch {
		case i >= 0:
			c.Rows[i] = c.Rows[i].plus(row)
		case c.Host:
			row.Month = ""
			c.Rows = append(c.Rows, row)
		case row.Count != usage.Count{}:
			c.Rows = append(c.Rows, row)
		}
	}
	return c, nil
}

// CostMonths gives a year's figures by organisation and month, those without any too, up to the present month: for a file. Faults as CostsOf.
func (s *Service) CostMonths(ctx context.Context, a identity.Actor, ref BoardRef, year int) (*Costs, error) {
	c, months, err := s.costMonths(ctx, a, ref, year)
	if err != nil {
		return nil, err
	}
	c.Rows = months
	for _, row := range months {
		c.Sum = c.Sum.plus(row)
	}
	return c, nil
}

func (s *Service) costMonths(ctx context.Context, a identity.Actor, ref BoardRef, year int) (*Costs, []CostRow, error) {
	const op = "flow.Costs"
	sc, err := s.costScope(a, ref)
	if err != nil {
		return nil, nil, err
	}
	now := s.Clock.Now()
	this := now.In(clock.Stockholm).Year()
	if year == 0 {
		year = this
	}
	c := &Costs{CostScope: *sc, Year: year}
	for y := max(this, oldestYear); y >= oldestYear; y-- {
		c.Years = append(c.Years, y)
	}
	if !slices.Contains(c.Years, year) {
		return nil, nil, fault.New(op, fault.NotFound, nil)
	}
	of := slices.Clone(sc.Organisations)
	if sc.Host {
		of = append(of, nil)
	}
	var rows []CostRow
	for _, t := range of {
		org := usage.Shared
		if t != nil {
			org = t.ID
		}
		counts, err := s.Usage.Year(ctx, org, year)
		if err != nil {
			return nil, nil, err
		}
		for m := 1; m <= 12; m++ {
			month := usage.MonthIn(year, m)
			if month > usage.MonthOf(now) {
				break
			}
			c.Price = s.Prices.In(month)
			rows = append(rows, CostRow{Organisation: t, Month: month, Count: counts[month], Cost: c.Price.Of(counts[month])})
		}
	}
	return c, rows, nil
}

func (r CostRow) plus(o CostRow) CostRow {
	r.Count, r.Cost = r.Count.Plus(o.Count), r.Cost+o.Cost
	return r
}

// Sharing is how many users the organisations have, and how what they pay together is shared by that.
type Sharing struct {
	CostScope
	On     calendar.Date // day that users are counted on
	Today  calendar.Date
	Year   int   // of the key that holds
	Amount int64 // öre that are shared; 0 none
	Rows   []SharingRow
	Users  int // on the day, of the organisations shown
	Keyed  int // of the key, of all that share
}

// SharingRow is one organisation's part.
type SharingRow struct {
	Organisation *directory.Tenant
	Users        int       // on the day asked about
	Key          usage.Key // of the year; zero when nobody has been counted
	Share        int64     // of the key, in hundredths of a per cent: of all that share 10,000; 0 without a key
	Amount       int64     // öre
}

// SharingOf counts users on a day, the zero one today, and shares an amount by the year's key. fault.NotFound for who is no manager of the board;
// fault.Invalid for a day that has not been, or an amount that is less than nothing or more than maxShared.
func (s *Service) SharingOf(ctx context.Context, a identity.Actor, ref BoardRef, on calendar.Date, amount int64) (*Sharing, error) {
	const op = "flow.Sharing"
	sc, err := s.costScope(a, ref)
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	v := &Sharing{CostScope: *sc, On: on, Today: calendar.On(now.In(clock.Stockholm)), Year: usage.KeyYear(now), Amount: amount}
	if on == (calendar.Date{}) {
		v.On = v.Today
	}
	if v.Today.Before(v.On) || amount < 0 || amount > maxShared {
		return nil, fault.Newf(op, fault.Invalid, "day or amount")
	}
	var weights []int64
	for _, t := range sc.Sharing {
		row := SharingRow{Organisation: t}
		row.Key, err = usage.ReadKey(ctx, s.Vault.Store, now, t.ID, v.Year)
		if err != nil && !errors.Is(err, fault.NotFound) {
			return nil, err
		}
		v.Keyed += row.Key.Users
		weights, v.Rows = append(weights, int64(row.Key.Users)), append(v.Rows, row)
	}
	if shares, amounts := usage.Apportion(wholeKey, weights), usage.Apportion(amount, weights); shares != nil {
		for i := range v.Rows {
			v.Rows[i].Share, v.Rows[i].Amount = shares[i], amounts[i]
		}
	}
	v.Rows = slices.DeleteFunc(v.Rows, func(r SharingRow) bool { return !slices.Contains(sc.Organisations, r.Organisation) })
	for i := range v.Rows {
		if v.Rows[i].Users, err = s.People.Users(ctx, v.Rows[i].Organisation.ID, v.On); err != nil {
			return nil, err
		}
		v.Users += v.Rows[i].Users
	}
	return v, nil
}

// wholeKey is the key's whole: hundredths of a per cent.
const wholeKey = 10_000

// maxShared bounds an amount that is shared: ten thousand million kronor, in öre.
const maxShared = 1_000_000_000_000

// SettleKeys has every organisation's settlement key made when its time has come.
func (s *Service) SettleKeys(ctx context.Context) error {
	var errs []error
	for _, t := range s.Directory.Tenants() {
		errs = append(errs, usage.Settle(ctx, s.Vault.Store, s.Clock.Now(), t.ID, s.People.Users))
	}
	return errors.Join(errs...)
}

// UsageEvery is how often counts are written: what a crash loses at most.
const UsageEvery = 2 * time.Second

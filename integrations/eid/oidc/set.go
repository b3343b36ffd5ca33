package oidc

import (
	"maps"
	"slices"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// Set is the logins of all the organisations, by tenant.
type Set struct{ byTenant map[string]*Provider }

// NewSet makes a provider for each tenant. Fault: Invalid, naming tenant and key.
func NewSet(configs map[string]Config, ck clock.Clock) (*Set, error) {
	s := &Set{byTenant: make(map[string]*Provider, len(configs))}
	for _, tenant := range slices.Sorted(maps.Keys(configs)) {
		p, err := New(configs[tenant], ck)
		if err != nil {
			return nil, fault.Wrap("oidc.NewSet "+tenant, err)
		}
		s.byTenant[tenant] = p
	}
	return s, nil
}

// Tenants lists those that have a login, sorted.
func (s *Set) Tenants() []string { return slices.Sorted(maps.Keys(s.byTenant)) }

// Get gives a tenant's login. Fault: NotFound.
func (s *Set) Get(tenant string) (*Provider, error) {
	p, ok := s.byTenant[tenant]
	if !ok {
		return nil, fault.Newf("oidc.Get", fault.NotFound, "the tenant has no login")
	}
	return p, nil
}

package server

import (
	"context"
	"fmt"
	"slices"

	"samtjanst/integrations/people/ldap"
	"samtjanst/integrations/people/scimclient"
	"samtjanst/platform/api/scim"
	"samtjanst/platform/config"
	"samtjanst/platform/directory"
	"samtjanst/platform/flow"
)

// peopleFollow has the registers of people follow the organisations' own directories: those that tell by SCIM, at an address of ours, and those
// that are read; and other systems follow the registers.
func (s *Server) peopleFollow(cfg config.Config, o Options, dirs *directory.Directory) error {
	s.Kit.Mount(scim.Root, scim.New(scim.Deps{Directory: dirs, People: s.Flow.People, Records: s.Store, Keys: s.Flow.Vault.Keys, Clock: o.Clock, Log: o.Log, BaseURL: cfg.BaseURL}))
	s.Sync = &flow.PeopleSync{Service: s.Flow}
	for _, t := range dirs.Tenants() {
		var groups []string // that rules name
		for _, r := range t.Staff.Rules {
			if r.Group != "" && !slices.Contains(groups, r.Group) {
				groups = append(groups, r.Group)
			}
		}
		for _, c := range t.Staff.LDAP {
			src, err := ldap.New(c, groups, o.Clock)
			if err != nil {
				return fmt.Errorf("municipality %s: staff.ldap: %s: %w", t.ID, c.ID, err)
			}
			s.Sync.Sources = append(s.Sync.Sources, flow.PeopleSource{Tenant: t.ID, ID: c.ID, Source: src, Interval: c.Interval(), Most: c.Share()})
		}
		for _, c := range t.Staff.Outwards {
			target, err := scimclient.New(c)
			if err != nil {
				return fmt.Errorf("municipality %s: staff.outwards: %s: %w", t.ID, c.ID, err)
			}
			s.Sync.Targets = append(s.Sync.Targets, flow.PeopleTarget{Tenant: t.ID, ID: c.ID, Target: target})
		}
	}
	return nil
}

// syncPeople reads directories and withdraws rights, each at its own pace, until the context ends.
func (s *Server) syncPeople(ctx context.Context, o Options) {
	for what, do := range map[string]func(context.Context) error{"directories of staff not read": s.Sync.Read, "rights in other systems not withdrawn": s.Sync.Withdraw} {
		s.every(ctx, lookEvery, func() {
			if err := do(ctx); err != nil && ctx.Err() == nil {
				o.Log.Error(what, "error", err)
			}
		})
	}
}

package server

import (
	"context"
	"fmt"

	"samtjanst/platform/directory"
	"samtjanst/platform/flow"
)

// offers checks that what municipalities say of forms can be: they are there, and have an owner, registers, times to book, people and settings.
func offers(ctx context.Context, use *flow.Service, dirs *directory.Directory) error {
	for _, t := range dirs.Tenants() {
		for _, sv := range t.Services {
			head, err := use.Catalog.Head(t.ID, sv.Form)
			if err != nil {
				return fmt.Errorf("municipality %s offers %q, and there is no such form", t.ID, sv.Form)
			}
			if head.Authority == "" {
				return fmt.Errorf("municipality %s offers %q, which officers begin: take it out; the boards that are to have it list it among a cooperation's forms", t.ID, sv.Form)
			}
			if _, ok := t.Authority(head.Authority); !ok {
				return fmt.Errorf("municipality %s offers %q, and has no authority %q to own it", t.ID, sv.Form, head.Authority)
			}
			if err = use.CheckLookups(sv.Form, head); err == nil {
				err = use.CheckBookings(t.ID, sv.Form, head)
			}
			if err == nil {
				err = use.CheckHolders(t.ID, sv.Form, head)
			}
			if err != nil {
				return fmt.Errorf("municipality %s: %w", t.ID, err)
			}
		}
		for _, c := range t.Cooperations {
			for _, form := range c.Forms {
				if _, err := use.Catalog.Head(t.ID, form); err != nil {
					return fmt.Errorf("municipality %s: cooperation %s lists %q, and there is no such form", t.ID, c.ID, form)
				}
			}
			for name := range c.Settings {
				if err := settable(ctx, use.Catalog, t.ID, c, name, use.Clock.Now()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

package server

import (
	"context"
	"fmt"
	"time"

	"samtjanst/platform/directory"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
)

// settable refuses a setting of a cooperation that none of its forms has: a slip of the keyboard would leave letters without it.
func settable(ctx context.Context, catalog *flow.Catalog, tenant identity.TenantID, c directory.Cooperation, name string, now time.Time) error {
	for _, form := range c.Forms {
		g, err := catalog.Newest(ctx, tenant, form, now)
		if err != nil {
			return fmt.Errorf("municipality %s: cooperation %s: %s: %w", tenant, c.ID, form, err)
		}
		if _, has := g.Form.Def.Meta.Settings[name]; has {
			return nil
		}
	}
	return fmt.Errorf("municipality %s: cooperation %s: none of its forms has the setting %q", tenant, c.ID, name)
}

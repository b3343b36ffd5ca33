// Command samtjanst runs the platform, its simulators, and the tools for authors of forms.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"samtjanst/platform/server"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(server.Main(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

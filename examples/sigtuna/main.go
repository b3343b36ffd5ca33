// Command sigtuna runs a socialjour that eight invented municipalities share, on this machine against simulators:
//
//	make assets && go run ./examples/sigtuna
//
// What it consists of is in the folders of package cooperation. An operator's own cooperation has the same files, and a configuration that points
// at the real providers in place of the simulators.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"samtjanst/examples/sigtuna/cooperation"
	"samtjanst/platform/server"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	d, err := cooperation.Demonstration()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(server.Demonstrate(ctx, d, os.Args[1:], os.Stdout, os.Stderr))
}

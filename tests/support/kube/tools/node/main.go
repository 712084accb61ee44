// Command node is all programs of a node in one, because they share most of their code: built and linked once.
//
//	node kubelet|kube-controller-manager|kube-scheduler|kube-proxy FLAGS…   as the programs of these names
//	node network-policies KUBECONFIG                                        kube-router's firewall
//	node dns KUBECONFIG ADDRESS                                             names of Services, nothing else
package main

import (
	"context"
	"fmt"
	"os"
	_ "time/tzdata"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

func main() {
	if len(os.Args) < 2 {
		end(fmt.Errorf("name a program, as at the top of main.go"))
	}
	name := os.Args[1]
	os.Args = append([]string{name}, os.Args[2:]...)
	commands := map[string]func() *cobra.Command{
		"kubelet":                 func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
		"kube-controller-manager": controllers.NewControllerManagerCommand,
		"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
		"kube-proxy":              proxy.NewProxyCommand,
	}
	if command, known := commands[name]; known {
		os.Exit(cli.Run(command()))
	}
	switch {
	case name == "network-policies" && len(os.Args) == 2:
		end(enforceNetworkPolicies(os.Args[1]))
	case name == "dns" && len(os.Args) == 3:
		end(serveNames(os.Args[1], os.Args[2]))
	default:
		end(fmt.Errorf("%s: unknown, or not these arguments", name))
	}
}

func end(err error) {
	fmt.Fprintln(os.Stderr, "node:", err)
	os.Exit(1)
}

package main

import (
	"net"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	listers "k8s.io/client-go/listers/core/v1"
)

const nodeName = "node"
const domain = ".svc.cluster.local."

// serveNames answers name.namespace.svc.cluster.local with the Service's address, and that no other name exists.
func serveNames(kubeconfig, address string) error {
	client, err := clientOf(kubeconfig)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	services := factory.Core().V1().Services().Lister()
	factory.Start(nil)
	factory.WaitForCacheSync(nil)
	socket, err := net.ListenPacket("udp", address)
	if err != nil {
		return err
	}
	packet := make([]byte, 4096)
	for {
		length, client, err := socket.ReadFrom(packet)
		if err != nil {
			return err
		}
		if answer, err := answerTo(packet[:length], services); err == nil {
			_, _ = socket.WriteTo(answer, client)
		}
	}
}

func answerTo(packet []byte, services listers.ServiceLister) ([]byte, error) {
	var message dnsmessage.Message
	if err := message.Unpack(packet); err != nil {
		return nil, err
	}
	message.Response, message.Authoritative, message.RecursionAvailable = true, true, true
	message.RCode = dnsmessage.RCodeNameError
	message.Additionals = nil
	for _, question := range message.Questions {
		ip := addressOf(question.Name.String(), services)
		if ip == nil {
			continue
		}
		message.RCode = dnsmessage.RCodeSuccess
		if question.Type == dnsmessage.TypeA {
			header := dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET, TTL: 1}
			message.Answers = append(message.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: [4]byte(ip)}})
		}
	}
	return message.Pack()
}

func addressOf(name string, services listers.ServiceLister) net.IP {
	short, inCluster := strings.CutSuffix(strings.ToLower(name), domain)
	service, namespace, _ := strings.Cut(short, ".")
	if !inCluster {
		return nil
	}
	all, _ := services.Services(namespace).List(labels.Everything())
	for _, one := range all {
		if one.Name == service {
			return net.ParseIP(one.Spec.ClusterIP).To4()
		}
	}
	return nil
}

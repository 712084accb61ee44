/** What is used of Azure's own packages, which are loaded together. */
export { AnonymousCredential, ContainerClient, newPipeline, StorageSharedKeyCredential } from '@azure/storage-blob';
export type { Pipeline, RequestPolicyFactory, RestError } from '@azure/storage-blob';
export { ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential } from '@azure/identity';

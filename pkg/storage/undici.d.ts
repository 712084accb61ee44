// undici describes only its whole, of which pkg/storage/agent.ts takes a part.
declare module 'undici/lib/dispatcher/agent.js' {
  import { Agent } from 'undici';
  export default Agent;
}
